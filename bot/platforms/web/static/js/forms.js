// One form at a time, in front of the page. What is typed stays until it is sent or thrown away on purpose.

import { newEvent, post } from "./api.js";
import { ask } from "./ask.js";
import { byId, el, icon, prose, toast } from "./dom.js";
import { makeField } from "./fields.js";
import { page } from "./page.js";

const apple = /Mac|iPhone|iPad/.test(navigator.platform);
let open = null; // { form, as, fields, before, alert, submit, sending, back }
let onReply = () => {};

export function startForms(showReply) {
  onReply = showReply;
  const box = byId("form");
  // Escape is caught before the browser closes the dialog by itself; "cancel" covers a phone's back gesture.
  box.addEventListener("keydown", (key) => {
    if (key.key === "Escape") {
      key.preventDefault();
      leave();
    } else if (key.key === "Enter" && (key.ctrlKey || key.metaKey)) {
      key.preventDefault();
      send();
    }
  });
  box.addEventListener("cancel", (event) => {
    if (event.target !== box) return;
    event.preventDefault();
    leave();
  });
  box.addEventListener("close", () => open && box.showModal());
  addEventListener("beforeunload", (event) => open && touched() && event.preventDefault());
}

export function showForm(form) {
  const box = byId("form");
  const back = open?.back ?? document.activeElement;
  const fields = form.fields.map(makeField);
  const alert = el("p", { class: "error alert", role: "alert", tabindex: "-1", hidden: true });
  const submit = el("button", { type: "submit", class: "button primary", text: form.submit });
  const cancel = el("button", { type: "button", class: "button", text: "Cancel", onclick: leave });
  const close = el("button", { type: "button", class: "bare", "aria-label": "Close without saving", onclick: leave }, icon("close"));
  const keys = el("p", { class: "small keys", text: `${apple ? "⌘" : "Ctrl"}+Enter sends it` });
  const intro = form.intro ? el("div", { class: "intro prose" }, ...prose(form.intro)) : null;
  box.replaceChildren(
    el(
      "form",
      {
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault();
          send();
        },
      },
      el("div", { class: "head" }, el("h2", { id: "form-title", text: form.title, dir: "auto" }), close),
      el("div", { class: "middle" }, alert, intro, ...fields.map((field) => field.node)),
      el("div", { class: "foot" }, keys, cancel, submit),
    ),
  );
  open = { form, as: page.me, fields, alert, submit, back, sending: false };
  open.before = JSON.stringify(values());
  if (!box.open) box.showModal();
  box.querySelector(".middle").scrollTop = 0;
  (fields[0] ?? { focus: () => submit.focus() }).focus();
}

const values = () => Object.fromEntries(open.fields.map((field) => [field.name, field.read()]));

const sent = async (fields) => Object.fromEntries(await Promise.all(fields.map(async (field) => [field.name, await field.send()])));

const touched = () => JSON.stringify(values()) !== open.before;

async function leave() {
  if (!open || open.sending) return;
  if (touched() && !(await ask("Throw away what you wrote?", "Throw it away", "Keep writing", true))) return;
  close();
}

function close() {
  const { back } = open;
  open = null;
  byId("form").close();
  byId("form").replaceChildren();
  if (back?.isConnected) back.focus();
  else byId("text").focus();
}

async function send() {
  if (!open || open.sending) return;
  const current = open;
  const problems = Object.fromEntries(current.fields.map((field) => [field.name, field.check()]));
  if (showErrors(problems)) return;
  current.sending = true;
  current.submit.setAttribute("aria-disabled", "true");
  current.submit.textContent = "One moment…";
  try {
    const body = { event: newEvent(), as: current.as, form: current.form.id, values: await sent(current.fields) };
    const { reply } = await post("submit", body);
    if (reply?.kind === "errors") showErrors(reply.fields);
    else {
      if (reply?.kind !== "form") close();
      if (reply === null) toast("This was already received. Nothing was saved twice.");
      onReply(current.as, reply);
    }
  } catch (problem) {
    showErrors({ "": problem.message });
  } finally {
    current.sending = false;
    current.submit.setAttribute("aria-disabled", "false");
    current.submit.textContent = current.form.submit;
  }
}

// Shows each sentence beside its field, puts the focus on the first, and says whether there was any.
function showErrors(problems) {
  const known = new Set(open.fields.map((field) => field.name));
  const general = Object.entries(problems).filter(([name, sentence]) => sentence && !known.has(name));
  open.alert.textContent = general.map(([, sentence]) => sentence).join(" ");
  open.alert.hidden = general.length === 0;
  for (const field of open.fields) field.show(problems[field.name] ?? "");
  const first = open.fields.find((field) => problems[field.name]);
  if (first) {
    first.focus();
    first.node.scrollIntoView({ block: "nearest" });
  } else if (general.length) open.alert.focus();
  return Boolean(first) || general.length > 0;
}
