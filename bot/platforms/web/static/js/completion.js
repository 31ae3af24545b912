// What may follow while one writes: commands after "/", what the house suggests behind a command, and its name.

import { post } from "./api.js";
import { byId, el } from "./dom.js";
import { page } from "./page.js";

const MENTION = "@Cohortbook ";
let entries = []; // [{ text, line }]
let active = -1;
let asked = 0;

const text = () => byId("text");

export const isOpen = () => !byId("completions").hidden;

export async function suggest() {
  const typed = text().value;
  const turn = ++asked;
  const command = /^\/(\S+)\s(.*)$/s.exec(typed);
  if (command && page.commands.some(([name]) => name === command[1])) {
    await new Promise((done) => setTimeout(done, 120));
    if (turn !== asked) return;
    const [, name, partial] = command;
    const { suggestions } = await post("suggest", { as: page.me, command: name, partial }).catch(() => ({ suggestions: [] }));
    if (turn !== asked) return;
    show(suggestions.filter((one) => one !== partial).map((one) => ({ text: `/${name} ${one}`, label: one, line: "" })), -1);
  } else if (/^\/\S*$/.test(typed)) {
    const found = page.commands.filter(([name]) => `/${name}`.startsWith(typed.toLowerCase()));
    show(found.map(([name, line]) => ({ text: `/${name} `, label: `/${name}`, line })), 0);
  } else if (page.room === "channel" && /(^|\s)@\w*$/.test(typed) && !typed.includes(MENTION)) {
    const start = typed.lastIndexOf("@");
    const fits = MENTION.toLowerCase().startsWith(typed.slice(start).toLowerCase());
    show(fits ? [{ text: typed.slice(0, start) + MENTION, label: "@Cohortbook", line: "Ask a question" }] : [], 0);
  } else hide();
}

function show(found, first) {
  entries = found;
  active = found.length ? first : -1;
  byId("completions").replaceChildren(
    ...found.map((entry, place) =>
      el(
        "li",
        { role: "option", id: `completion-${place}`, onpointerdown: (press) => press.preventDefault(), onclick: () => take(place) },
        el("b", { text: entry.label, dir: "auto" }),
        entry.line && el("span", { text: entry.line }),
      ),
    ),
  );
  byId("completions").hidden = found.length === 0;
  mark();
}

export function hide() {
  asked += 1;
  entries = [];
  active = -1;
  byId("completions").hidden = true;
  mark();
}

function mark() {
  const input = text();
  input.setAttribute("aria-expanded", String(entries.length > 0));
  if (active >= 0) input.setAttribute("aria-activedescendant", `completion-${active}`);
  else input.removeAttribute("aria-activedescendant");
  [...byId("completions").children].forEach((item, place) => {
    item.setAttribute("aria-selected", String(place === active));
    if (place === active) item.scrollIntoView({ block: "nearest" });
  });
}

function take(place) {
  const input = text();
  input.value = entries[place].text;
  input.focus();
  hide();
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

// Whether the key belonged to the list of suggestions.
export function key(event) {
  if (!entries.length || event.isComposing) return false;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    active = (active + step + entries.length + (active < 0 && step < 0 ? 1 : 0)) % entries.length;
    mark();
  } else if (event.key === "Escape") hide();
  else if (event.key === "Tab" && !event.shiftKey) take(Math.max(active, 0));
  else if (event.key === "Enter" && !event.shiftKey && active >= 0 && entries[active].label !== text().value.trim()) take(active);
  else return false;
  event.preventDefault();
  return true;
}
