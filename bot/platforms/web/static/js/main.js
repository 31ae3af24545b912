// Puts the parts together: who is looking, what arrives, what is pressed.

import { newEvent, post, readState, takeToken } from "./api.js";
import { ask } from "./ask.js";
import { renderClock, startClock } from "./clock.js";
import { renderComposer, startComposer } from "./composer.js";
import { announce, byId, toast } from "./dom.js";
import { showForm, startForms } from "./forms.js";
import { renderHint, startHint } from "./hint.js";
import { renderMessages, startMessages, toEnd } from "./messages.js";
import { changed, onChange, page, roomName, unread } from "./page.js";
import { renderPeople, startPeople } from "./people.js";
import { follow } from "./stream.js";

const ME = "cohortbook-person";
const READ = "cohortbook-read";
let line = new AbortController();
let turn = 0;

async function enter(person, room = page.room) {
  const mine = ++turn;
  let state;
  try {
    state = await readState(person);
    if (mine !== turn) return undefined;
  } catch (problem) {
    return notice(problem.message);
  }
  line.abort();
  line = new AbortController();
  sessionStorage.setItem(ME, state.me);
  Object.assign(page, { me: state.me, people: state.people, channel: state.channel, commands: state.commands, clock: state.clock });
  page.messages = new Map([...state.rooms.channel, ...state.rooms.me].map((message) => [message.id, message]));
  page.home = null;
  countWaiting(state.rooms.me);
  look(room);
  return void follow(state.me, state.last, line.signal, onEvent, onLink);
}

const fromBot = (messages) => [...messages].filter((message) => message.room === "me" && !message.author).length;

// What arrived before this page was opened waits too: the welcome, for somebody new.
function countWaiting(messages) {
  const read = Number(sessionStorage.getItem(`${READ}-${page.me}`));
  unread(page.me).me = Math.max(unread(page.me).me, fromBot(messages) - read);
}

function look(room) {
  page.room = room;
  if (room === "home") readHome();
  else unread(page.me)[room] = 0;
  markRead();
  changed();
}

function markRead() {
  if (page.room !== "me" || document.hidden) return;
  sessionStorage.setItem(`${READ}-${page.me}`, String(fromBot(page.messages.values())));
}

async function readHome() {
  try {
    page.home = (await post("home", { as: page.me })).home;
    changed();
  } catch (problem) {
    toast(problem.message);
  }
}

function onEvent(kind, data) {
  if (kind === "message") receive(data);
  else if (kind === "deleted") page.messages.delete(data.id);
  else if (kind === "clock") page.clock = data;
  else if (kind === "waiting" && data.person !== page.me) unread(data.person).me += 1;
  else if (kind === "reload") enter(page.me);
  markRead();
  changed();
}

function receive(message) {
  const known = page.messages.has(message.id);
  page.messages.set(message.id, message);
  if (known || message.author?.id === page.me) return;
  if (!message.body.quiet) count(message);
  if (message.room !== page.room) announce(`New message in ${roomName(message.room)}`);
}

function count(message) {
  if (message.room !== page.room || document.hidden) unread(page.me)[message.room] += 1;
  if (message.room !== "channel" || message.only_you) return;
  for (const one of page.people) if (one.id !== page.me && one.id !== message.author?.id) unread(one.id).channel += 1;
}

function onLink(up, sentence) {
  notice(up ? "" : (sentence ?? "The connection is down. This page will join again by itself; nothing you wrote is lost."));
}

function notice(sentence) {
  byId("notice").textContent = sentence;
  byId("notice").hidden = !sentence;
}

// The stream brings the same message; whichever is first, it is shown once. A late answer to somebody who is no
// longer looking waits in that person's own rooms.
function showReply(to, reply) {
  if (to !== page.me) return;
  if (reply?.kind === "form") showForm(reply);
  if (reply?.kind === "errors") toast(Object.values(reply.fields).join(" "));
  if (reply?.kind === "message") {
    const { kind, ...message } = reply;
    const fresh = !page.messages.has(message.id);
    receive(message);
    if (fresh && message.room === page.room) setTimeout(toEnd);
  }
  changed();
}

async function press(message, option, button) {
  const as = page.me;
  if (button.getAttribute("aria-disabled") === "true") return;
  if (option.confirm && !(await ask(option.confirm, option.label, "Go back", option.style === "danger"))) return;
  await busy(button, async () => {
    const { action, value } = option;
    const { reply } = await post("press", { event: newEvent(), as, message: message.id, action, value });
    if (as !== page.me) return;
    if (message.id === "home" && reply?.kind === "message") look(reply.room);
    else if (message.id === "home") readHome();
    showReply(as, reply);
  });
}

async function dismiss(message) {
  page.messages.delete(message.id);
  changed();
  byId("text").focus();
  await post("dismiss", { event: newEvent(), as: page.me, message: message.id }).catch((problem) => toast(problem.message));
}

async function move(by) {
  page.clock = { ...page.clock, moving: true };
  changed();
  try {
    page.clock = (await post("clock", { event: newEvent(), as: page.me, by })).clock;
  } catch (problem) {
    page.clock = { ...page.clock, moving: false };
    toast(problem.message);
  }
  changed();
}

async function busy(button, work) {
  button.setAttribute("aria-disabled", "true");
  page.waiting += 1;
  changed();
  try {
    await work();
  } catch (problem) {
    toast(problem.message);
  } finally {
    button.setAttribute("aria-disabled", "false");
    page.waiting -= 1;
    changed();
  }
}

takeToken();
startPeople(enter, look);
startClock(move);
startMessages({ press, dismiss });
startForms(showReply);
startComposer(showReply);
startHint();
onChange(() => {
  if (!page.me) return;
  renderPeople();
  renderClock();
  renderMessages();
  renderComposer();
  renderHint();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden || !page.me || page.room === "home") return;
  unread(page.me)[page.room] = 0;
  markRead();
  changed();
});
enter(sessionStorage.getItem(ME) ?? "");
