// For somebody who opens the page for the first time.

import { byId, el, icon } from "./dom.js";

const KEY = "cohortbook-hint";
const STEPS = [
  "Open Private messages: a welcome waits for you there. Press Start.",
  "Press Next send at the top. The demo time moves on, and what is due arrives. Answer it, or ask a question.",
  "Be somebody else: pick another person, the facilitator for example. Those with a small star answer without you.",
];

export function startHint() {
  if (localStorage.getItem(KEY)) return;
  const box = byId("hint");
  const close = () => {
    localStorage.setItem(KEY, "seen");
    box.hidden = true;
    byId("text").focus();
  };
  box.append(
    el("h2", { text: "Welcome. A whole program fits into five minutes here." }),
    el("ol", {}, ...STEPS.map((step) => el("li", { text: step }))),
    el("button", { type: "button", class: "bare", "aria-label": "Close this note", onclick: close }, icon("close")),
  );
  box.hidden = false;
}
