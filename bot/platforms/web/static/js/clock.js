// The demo's time, and the three ways to move it.

import { byId, el, icon } from "./dom.js";
import { page } from "./page.js";
import { dayAndHour, place } from "./when.js";

const MOVES = [
  ["next", "Next send", "button primary"],
  ["day", "+1 day", "button"],
  ["week", "+1 week", "button"],
];

export function startClock(onMove) {
  const time = el("time");
  byId("clock").append(
    el("p", {}, icon("clock"), el("span", { class: "caption", text: "Demo time" }), time),
    el("div", { class: "moves" }, ...MOVES.map(([by, label, style]) =>
      el("button", { type: "button", class: style, text: label, "data-by": by, onclick: () => !page.clock.moving && onMove(by) }),
    )),
  );
}

export function renderClock() {
  const bar = byId("clock");
  const { now, movable, moving } = page.clock;
  const time = bar.querySelector("time");
  time.setAttribute("datetime", now);
  time.textContent = dayAndHour(now);
  time.title = `As it is for you, in ${place()}`;
  bar.querySelector(".caption").textContent = moving ? "Moving on…" : movable ? "Demo time" : "Now";
  bar.querySelector(".moves").hidden = !movable;
  for (const button of bar.querySelectorAll("button")) button.setAttribute("aria-disabled", String(moving));
}
