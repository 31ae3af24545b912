// What the page knows right now. In memory only: closing the tab forgets it.

export const page = {
  me: "",
  room: "channel",
  people: [],
  channel: "",
  commands: [],
  clock: { now: "", movable: false, moving: false },
  messages: new Map(),
  home: null,
  unread: new Map(), // person -> { channel, me }
  drafts: new Map(), // "person|room" -> text
  waiting: 0, // requests under way
};

const listeners = [];
let due = false;

export const onChange = (listener) => listeners.push(listener);

export function changed() {
  if (due) return;
  due = true;
  queueMicrotask(() => {
    due = false;
    for (const listener of listeners) listener();
  });
}

export const person = (id) => page.people.find((one) => one.id === id);

export const roomName = (room) => ({ channel: `# ${page.channel}`, me: "Private messages", home: "Home" })[room];

export function unread(id) {
  if (!page.unread.has(id)) page.unread.set(id, { channel: 0, me: 0 });
  return page.unread.get(id);
}

export const draftKey = () => `${page.me}|${page.room}`;

export const initials = (name) =>
  name.split(/[\s-]+/).filter(Boolean).map((word) => [...word][0].toUpperCase()).slice(0, 2).join("");

export const tint = (id) => `t${Math.max(0, page.people.findIndex((one) => one.id === id)) % 7}`;
