// Times as the current person reads them: always in her or his own zone.

import { page, person } from "./page.js";

const makers = new Map();

function format(instant, zone, options) {
  const key = zone + JSON.stringify(options);
  if (!makers.has(key)) makers.set(key, new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }));
  return makers.get(key).format(new Date(instant));
}

const zone = () => person(page.me)?.zone ?? "UTC";

export const hour = (instant, where = zone()) => format(instant, where, { hour: "2-digit", minute: "2-digit" });

export const day = (instant, where = zone()) =>
  format(instant, where, { weekday: "long", day: "numeric", month: "long" });

export const dayAndHour = (instant, where = zone()) =>
  `${format(instant, where, { weekday: "short" })} ${format(instant, where, { day: "numeric", month: "short" })}, ${hour(instant, where)}`;

export const place = (where = zone()) => where.split("/").pop().replaceAll("_", " ");
