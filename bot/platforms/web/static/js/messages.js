// The room in view: its messages, oldest first.

import { buttons, download, picture, quoteCard } from "./cards.js";
import { arrange, byId, el, icon, prose } from "./dom.js";
import { initials, page, roomName, tint } from "./page.js";
import { day, dayAndHour, hour, place } from "./when.js";

const nodes = new Map(); // key -> { node, made }
let shown = ""; // the person and room on show
let hushed = 0;
let actions = { press() {}, dismiss() {} };

export function startMessages(given) {
  actions = given;
  const box = byId("messages");
  box.addEventListener("scroll", () => atEnd() && (byId("jump").hidden = true));
  byId("jump").addEventListener("click", toEnd);
}

export function renderMessages() {
  const view = `${page.me}|${page.room}`;
  const fresh = view !== shown;
  if (fresh) {
    nodes.clear();
    hush();
  }
  const stay = fresh || atEnd();
  const list = page.room === "home" ? homeList() : messageList();
  const held = document.activeElement?.closest?.(".message")?.dataset.id;
  arrange(byId("list"), list);
  const kept = held && nodes.get(held)?.node;
  if (kept && !kept.contains(document.activeElement)) kept.focus({ preventScroll: true });
  byId("room-name").textContent = roomName(page.room);
  byId("room-line").textContent = roomLine();
  byId("messages").setAttribute("aria-label", `Messages in ${roomName(page.room)}`);
  byId("working").hidden = page.waiting === 0;
  shown = view;
  if (stay) toEnd();
  else if (list.at(-1)?.classList.contains("fresh")) byId("jump").hidden = false;
}

// A whole room that comes into view is not read aloud; what arrives in it afterwards is.
function hush() {
  byId("messages").setAttribute("aria-live", "off");
  clearTimeout(hushed);
  hushed = setTimeout(() => byId("messages").setAttribute("aria-live", "polite"), 600);
}

function roomLine() {
  if (page.room === "me") return "You and Cohortbook, nobody else in the cohort.";
  if (page.room === "home") return "What Cohortbook keeps ready for you.";
  return `Everybody in the cohort reads this: ${page.people.length} people.`;
}

function messageList() {
  const list = [];
  const here = [...page.messages.values()].filter((message) => message.room === page.room);
  here.sort((a, b) => a.order[0] - b.order[0] || a.order[1] - b.order[1]);
  let today = "";
  for (const message of here) {
    const date = day(message.at);
    if (date !== today) list.push(keep(`day ${date} ${message.id}`, date, () => dayLine(date)));
    today = date;
    list.push(keep(message.id, JSON.stringify(message), () => messageNode(message)));
  }
  return list.length ? list : [keep("empty", page.room, emptyNode)];
}

function homeList() {
  if (!page.home) return [];
  const message = { id: "home", author: null, at: page.clock.now, order: [0, 0], cause: "", body: page.home };
  return [keep("home", JSON.stringify(message.body), () => messageNode(message))];
}

function keep(key, made, make) {
  const known = nodes.get(key);
  if (known?.made === made) return known.node;
  const node = make();
  if (shown === `${page.me}|${page.room}` && !known) node.classList.add("fresh");
  nodes.set(key, { node, made });
  return node;
}

const dayLine = (date) => el("h2", { class: "day", text: date });

function emptyNode() {
  const [title, line] =
    page.room === "me"
      ? ["Nothing here yet", "Cohortbook writes to you here. You can also ask it something now."]
      : ["A quiet channel", "Say hello, or move the demo time forward and see what arrives."];
  const mark = el("img", { src: "/static/mark.svg", alt: "", width: 56, height: 56 });
  return el("div", { class: "empty" }, mark, el("h2", { text: title }), el("p", { text: line }));
}

function messageNode(message) {
  const { author, body } = message;
  const name = author ? author.name : "Cohortbook";
  const face = author
    ? el("span", { class: `face ${tint(author.id)}`, text: initials(name), "aria-hidden": "true" })
    : el("img", { class: "face", src: "/static/mark.svg", alt: "", width: 40, height: 40 });
  const time = el("time", { datetime: message.at, text: hour(message.at), title: `${dayAndHour(message.at)} ${place()}` });
  return el(
    "article",
    {
      class: message.only_you ? "message only-you" : "message",
      "data-id": message.id,
      "aria-label": `${name}, ${hour(message.at)}`,
      tabindex: "-1",
    },
    message.only_you && onlyYou(message),
    face,
    el(
      "div",
      { class: "body" },
      message.cause && el("span", { class: "cause", text: `You: ${message.cause}`, dir: "auto" }),
      el(
        "header",
        {},
        el("b", {}, el("bdi", { text: name })),
        !author && el("span", { class: "tag", text: "bot" }),
        el("small", {}, time, message.edited && " (edited)"),
      ),
      ...content(body),
      body.options.length > 0 && buttons(body.options, (option, button) => actions.press(message, option, button)),
      body.note && el("p", { class: "note", text: body.note, dir: "auto" }),
    ),
  );
}

function content(body) {
  return [
    body.title && el("h3", { text: body.title, dir: "auto" }),
    body.text && el("div", { class: "prose" }, ...prose(body.text)),
    ...body.quotes.map(quoteCard),
    body.picture && picture(body.picture),
    body.file && download(body.file),
  ];
}

function onlyYou(message) {
  const dismiss = el("button", {
    type: "button",
    class: "link",
    text: "Dismiss",
    "aria-label": "Dismiss this message",
    onclick: () => actions.dismiss(message),
  });
  return el("p", { class: "only" }, icon("eye"), el("span", { text: "Only visible to you" }), dismiss);
}

function atEnd() {
  const box = byId("messages");
  return box.scrollHeight - box.scrollTop - box.clientHeight < 80;
}

export function toEnd() {
  const box = byId("messages");
  box.scrollTop = page.room === "home" ? 0 : box.scrollHeight;
  byId("jump").hidden = true;
}
