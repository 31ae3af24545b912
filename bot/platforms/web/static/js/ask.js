// A short question with two answers, before something that matters.

import { byId, el } from "./dom.js";

// Resolves to true for `yes`, and to false for `no` or Escape.
export function ask(question, yes, no, danger = false) {
  const box = byId("ask");
  const back = document.activeElement;
  return new Promise((done) => {
    let answer = false;
    const close = (value) => {
      answer = value;
      box.close();
    };
    box.replaceChildren(
      el("p", { id: "ask-question", text: question, dir: "auto" }),
      el(
        "div",
        {},
        el("button", { type: "button", class: "button", text: no, autofocus: true, onclick: () => close(false) }),
        el("button", {
          type: "button",
          class: danger ? "button danger" : "button primary",
          text: yes,
          onclick: () => close(true),
        }),
      ),
    );
    box.addEventListener(
      "close",
      () => {
        if (back?.isConnected) back.focus();
        done(answer);
      },
      { once: true },
    );
    box.showModal();
  });
}
