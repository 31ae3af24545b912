// The inputs of a form: each is made from a field and can say what is in it.

import { el } from "./dom.js";

const MANY = 7; // more choices than this are a list to open
const SCALE_LABEL = 3; // labels up to this length stand side by side
const TOO_LARGE = "This file is too large to send. Please choose a smaller one, or a part of it.";

export function makeField(field) {
  const id = `f-${field.name}`;
  const error = el("p", { class: "error", id: `${id}-error`, hidden: true });
  const hint = field.hint ? el("p", { class: "hint-line", id: `${id}-hint`, text: field.hint, dir: "auto" }) : null;
  const described = [hint?.id, error.id].filter(Boolean).join(" ");
  const part = PARTS[field.kind]?.(field, id) ?? textPart(field, id);
  const optional = field.required ? null : el("span", { class: "optional", text: " (you may leave this out)" });
  const label = part.group
    ? el("legend", {}, el("bdi", { text: field.label }), optional)
    : el("label", { for: id }, el("bdi", { text: field.label }), optional);
  const node = el(part.group ? "fieldset" : "div", { class: "field" }, label, hint, ...part.nodes, error);
  const target = part.group ? node : part.input;
  target.setAttribute("aria-describedby", described);
  if (field.required && !part.group) part.input.setAttribute("aria-required", "true");
  const show = (sentence) => {
    error.textContent = sentence;
    error.hidden = !sentence;
    target.setAttribute("aria-invalid", String(Boolean(sentence)));
  };
  node.addEventListener("input", () => show(""));

  return {
    name: field.name,
    node,
    show,
    read: part.read,
    send: part.send ?? part.read,
    focus: () => part.input?.focus(),
    check: () => part.check?.() || (field.required && isEmpty(part.read()) ? missing(field) : ""),
  };
}

const isEmpty = (value) => value.length === 0;

function missing(field) {
  if (field.kind === "text") return "Please write something here. A few words are enough.";
  return field.kind === "date" || field.kind === "time" ? "Please fill this in." : "Please choose here.";
}

function textPart(field, id) {
  const tall = field.lines > 1;
  const input = el(tall ? "textarea" : "input", { id, dir: "auto", ...(tall ? { rows: String(Math.min(field.lines, 8)) } : { type: "text" }) });
  input.value = field.initial;
  const count = el("p", { class: "count", "aria-live": "polite", hidden: true });
  // A string's length is in UTF-16 units, which is how the limit is counted.
  const over = () => input.value.length - field.limit;
  const update = () => {
    const left = -over();
    count.hidden = left > Math.max(20, field.limit * 0.1);
    count.classList.toggle("over", left < 0);
    count.textContent = left < 0 ? `${-left} characters too many` : `${left} characters left`;
  };
  input.addEventListener("input", update);
  update();
  const check = () => (over() > 0 ? `This is ${over()} characters too long; ${field.limit} fit. Please shorten it.` : "");
  return { input, nodes: [input, count], read: () => input.value, check };
}

function simplePart(type) {
  return (field, id) => {
    const input = el("input", { id, type });
    input.value = field.initial;
    return { input, nodes: [input], read: () => input.value };
  };
}

function filePart(field, id) {
  const input = el("input", { id, type: "file", accept: field.endings.join(",") });
  const read = () => input.files[0]?.name ?? "";
  const check = () => ((input.files[0]?.size ?? 0) > field.limit ? TOO_LARGE : "");
  const send = async () => (input.files.length ? { name: read(), data: await base64(input.files[0]) } : "");
  return { input, nodes: [input], read, check, send };
}

function base64(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => failed(new Error("This file cannot be read any more. Please choose it again."));
    reader.readAsDataURL(file);
  });
}

function selectPart(field, id) {
  const input = el(
    "select",
    { id },
    el("option", { value: "", text: "Please choose" }),
    ...field.choices.map(([value, label]) => el("option", { value, text: label })),
  );
  input.value = field.initial;
  if (input.selectedIndex < 0) input.value = "";
  if (field.required && !input.value && field.choices.length === 1) input.value = field.choices[0][0];
  return { input, nodes: [input], read: () => input.value };
}

function choicePart(field, id) {
  if (field.choices.length > MANY) return selectPart(field, id);
  const part = picksPart("radio", field, id);
  const read = () => part.read()[0] ?? "";
  if (field.required) return { ...part, read };
  const clear = el("button", { type: "button", class: "link", text: "Take the choice back" });
  const update = () => (clear.hidden = read() === "");
  clear.addEventListener("click", () => {
    for (const input of part.inputs) input.checked = false;
    part.nodes[0].dispatchEvent(new Event("input", { bubbles: true }));
    part.inputs[0]?.focus();
  });
  part.nodes[0].addEventListener("input", update);
  update();
  return { ...part, nodes: [...part.nodes, clear], read };
}

function picksPart(type, field, id) {
  const chosen = new Set([field.initial].flat());
  const inputs = field.choices.map(([value]) => el("input", { type, name: id, value, checked: chosen.has(value) }));
  const short = type === "radio" && field.choices.every(([, label]) => label.length <= SCALE_LABEL);
  const labels = field.choices.map(([, label], place) => el("label", {}, inputs[place], el("bdi", { text: label })));
  const long = field.choices.length > MANY ? " scroll" : "";
  const box = el("div", { class: `picks${short ? " scale" : ""}${long}` }, ...labels);
  const read = () => inputs.filter((input) => input.checked).map((input) => input.value);
  return { group: true, input: inputs[0], inputs, nodes: [box], read };
}

const PARTS = {
  text: textPart,
  choice: choicePart,
  choices: (field, id) => picksPart("checkbox", field, id),
  people: (field, id) => picksPart("checkbox", field, id),
  channel: selectPart,
  date: simplePart("date"),
  time: simplePart("time"),
  file: filePart,
};
