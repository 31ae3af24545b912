// The box one writes in: messages, questions and commands.

import { newEvent, post } from "./api.js";
import * as completion from "./completion.js";
import { byId } from "./dom.js";
import { changed, draftKey, page, roomName } from "./page.js";

const LONGEST = 4000;
const touch = matchMedia("(pointer: coarse)");
let sending = false;
let onReply = () => {};

export function startComposer(showReply) {
  onReply = showReply;
  const input = byId("text");
  input.addEventListener("input", () => {
    page.drafts.set(draftKey(), input.value);
    grow();
    showError("");
    completion.suggest();
  });
  input.addEventListener("keydown", (key) => {
    if (completion.key(key)) return;
    // On a phone Enter makes a new line, as people expect there; the button sends.
    if (key.key === "Enter" && !key.shiftKey && !key.isComposing && !touch.matches) {
      key.preventDefault();
      send();
    }
  });
  input.addEventListener("blur", () => completion.hide());
  byId("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
}

// After another person or room came into view.
export function renderComposer() {
  const input = byId("text");
  byId("composer").hidden = page.room === "home";
  const where = page.room === "channel" ? roomName("channel") : "Cohortbook";
  input.placeholder = `Write to ${where}`;
  byId("text-label").textContent = `Write to ${where}, or type / for commands`;
  const draft = page.drafts.get(draftKey()) ?? "";
  if (input.value !== draft) {
    input.value = draft;
    completion.hide();
    showError("");
  }
  grow();
}

function grow() {
  const input = byId("text");
  input.style.height = "auto";
  input.style.height = `${input.scrollHeight}px`;
  const left = LONGEST - input.value.length;
  const line = byId("text-left");
  line.textContent = left > 400 ? "" : left < 0 ? ` ${-left} characters too many.` : ` ${left} characters left.`;
  line.className = left < 0 ? "over" : "";
}

function showError(sentence) {
  const line = byId("composer-error");
  line.textContent = sentence;
  line.hidden = !sentence;
}

async function send() {
  const input = byId("text");
  const text = input.value;
  if (sending || !text.trim()) return;
  if (text.length > LONGEST) {
    const over = text.length - LONGEST;
    showError(`This is ${over} characters too long for one message; ${LONGEST} fit. Nothing is lost: please shorten it.`);
    return;
  }
  completion.hide();
  const key = draftKey();
  const base = { event: newEvent(), as: page.me, where: page.room };
  const command = /^\/(\S+)\s*(.*)$/s.exec(text.trim());
  setSending(true);
  try {
    const { reply } = command
      ? await post("command", { ...base, name: command[1], text: command[2] })
      : await post("text", { ...base, text });
    if (page.drafts.get(key) === text) page.drafts.set(key, "");
    onReply(base.as, reply);
  } catch (problem) {
    showError(problem.message);
  } finally {
    setSending(false);
  }
}

function setSending(value) {
  sending = value;
  page.waiting += value ? 1 : -1;
  byId("composer").querySelector(".send").setAttribute("aria-disabled", String(value));
  changed();
}
