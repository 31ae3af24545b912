// Builds elements. Text only ever goes in as text: nothing here reads markup.

const SVG = "http://www.w3.org/2000/svg";

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

export const byId = (id) => document.getElementById(id);

// Makes `parent` hold exactly `nodes`, in this order, and leaves those already in place untouched, so that
// focus, scrolling and half-read text stay where they are.
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  let next = parent.firstChild;
  for (const node of nodes) {
    if (node === next) next = next.nextSibling;
    else parent.insertBefore(node, next);
  }
}

// Paragraphs and lists from plain text: a blank line parts paragraphs, "• " starts a list item.
export function prose(text) {
  const blocks = [];
  for (const part of text.split(/\n{2,}/)) {
    let list = null;
    let lines = [];
    const flush = () => {
      if (lines.join("").trim()) blocks.push(el("p", { dir: "auto", text: lines.join("\n") }));
      lines = [];
    };
    for (const line of part.split("\n")) {
      if (line.startsWith("• ")) {
        flush();
        if (!list) blocks.push((list = el("ul")));
        list.append(el("li", { dir: "auto", text: line.slice(2) }));
      } else {
        list = null;
        lines.push(line);
      }
    }
    flush();
  }
  return blocks;
}

let toastTimer = 0;

export function toast(sentence) {
  const close = el("button", { type: "button", class: "bare", "aria-label": "Close", onclick: clearToast }, icon("close"));
  byId("toast").replaceChildren(el("div", {}, el("span", { text: sentence }), close));
  clearTimeout(toastTimer);
  toastTimer = setTimeout(clearToast, 12000);
}

function clearToast() {
  byId("toast").replaceChildren();
}

export function announce(sentence) {
  byId("announcer").textContent = sentence;
}
