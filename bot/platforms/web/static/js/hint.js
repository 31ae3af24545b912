// For somebody who opens the page for the first time.

import { byId, el, icon } from "./dom.js";
import { page } from "./page.js";

const KEY = "cohortbook-hint";
const STEPS = [
  "Open Private messages: a welcome waits for you there. Press Start.",
  "Press Next send at the top. The demo time moves on, and what is due arrives. Answer it, or ask a question.",
  "Be somebody else: pick another person, the facilitator for example. Those with a small star answer without you.",
];

let first = "";

export function startHint() {
  if (localStorage.getItem(KEY)) return;
  byId("hint").append(
    el("h2", { text: "Welcome. A whole program fits into five minutes here." }),
    el("ol", {}, ...STEPS.map((step) => el("li", { text: step }))),
    el("button", { type: "button", class: "bare", "aria-label": "Close this note", onclick: close }, icon("close")),
  );
}

// In the room where one arrives, until it is closed or somebody else is tried: then it has done its work.
export function renderHint() {
  first ||= page.me;
  if (page.me !== first) localStorage.setItem(KEY, "seen");
  byId("hint").hidden = page.room !== "channel" || Boolean(localStorage.getItem(KEY));
}

function close() {
  localStorage.setItem(KEY, "seen");
  renderHint();
  byId("text").focus();
}
