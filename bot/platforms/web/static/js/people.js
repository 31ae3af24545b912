// Who you are and which room you look at.

import { arrange, byId, el, icon } from "./dom.js";
import { initials, page, person, roomName, tint, unread } from "./page.js";
import { hour, place } from "./when.js";

const ROOMS = [["channel", "talk"], ["me", "letter"], ["home", "home"]];

export function startPeople(onPerson, onRoom) {
  byId("rooms").append(...ROOMS.map(([room, sign]) => {
    const label = el("span", { class: "label" });
    const badge = el("span", { class: "badge", hidden: true });
    return el("li", {}, el("button", { type: "button", "data-room": room, onclick: () => onRoom(room) }, icon(sign), label, badge));
  }));
  byId("person-pick").addEventListener("change", (change) => onPerson(change.target.value));
  byId("people").addEventListener("click", (click) => {
    const id = click.target.closest("button")?.dataset.person;
    if (id) onPerson(id);
  });
}

export function renderPeople() {
  renderRooms();
  const list = byId("people");
  const known = new Map([...list.children].map((item) => [item.firstChild.dataset.person, item]));
  arrange(list, page.people.map((one) => known.get(one.id) ?? personItem(one)));
  for (const one of page.people) renderPerson(list.querySelector(`[data-person="${CSS.escape(one.id)}"]`), one);

  const pick = byId("person-pick");
  if (pick.options.length !== page.people.length) {
    pick.replaceChildren(...page.people.map((one) => el("option", { value: one.id })));
  }
  page.people.forEach((one, place) => {
    const news = one.answers ? 0 : unread(one.id).me;
    pick.options[place].textContent = `${one.name}${one.answers ? " (answers without you)" : ""}${news && one.id !== page.me ? ` (${news} new)` : ""}`;
  });
  pick.value = page.me;
}

function personItem(one) {
  const name = el("span", {}, el("bdi", { text: one.name }));
  if (one.answers) name.append(" ", icon("spark"), el("span", { class: "unseen", text: " (answers without you)" }));
  const who = el("span", { class: "who" }, name, el("small", { class: "line" }), el("small", { class: "time" }));
  const face = el("span", { class: `face ${tint(one.id)}`, text: initials(one.name), "aria-hidden": "true" });
  const badge = el("span", { class: "badge", hidden: true });
  return el("li", {}, el("button", { type: "button", "data-person": one.id }, face, who, badge));
}

function renderPerson(button, one) {
  const current = one.id === page.me;
  button.setAttribute("aria-current", String(current));
  button.querySelector(".line").textContent = one.role;
  button.querySelector(".time").textContent = `${hour(page.clock.now, one.zone)} in ${place(one.zone)}`;
  button.querySelector(".time").hidden = !current;
  showBadge(button, current || one.answers ? 0 : unread(one.id).me);
}

function renderRooms() {
  const news = unread(page.me);
  for (const button of byId("rooms").querySelectorAll("button")) {
    const room = button.dataset.room;
    button.querySelector(".label").textContent = roomName(room);
    button.setAttribute("aria-current", String(room === page.room));
    button.classList.toggle("new", (news[room] ?? 0) > 0);
    showBadge(button, news[room] ?? 0);
  }
  const total = news.channel + news.me;
  document.title = `${total ? `(${total}) ` : ""}${person(page.me)?.name ?? ""} · Cohortbook playground`;
}

function showBadge(button, count) {
  const badge = button.querySelector(".badge");
  badge.hidden = count === 0;
  badge.replaceChildren(String(count), el("span", { class: "unseen", text: " new" }));
}
