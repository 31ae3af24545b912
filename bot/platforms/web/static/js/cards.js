// The parts of a message: quotes, a picture, a file, buttons.

import { el, icon, prose } from "./dom.js";

export function quoteCard(quote) {
  const where = [quote.title, quote.heading].filter(Boolean);
  const link = webLink(quote.source_url);
  const facts = el(
    "div",
    { class: "facts" },
    quote.as_of && el("span", { text: quote.as_of, dir: "auto" }),
    link,
    !link && quote.source_url && el("span", { text: quote.source_url }),
  );
  const caption = el(
    "figcaption",
    {},
    where.length > 0 && el("b", { text: where[0], dir: "auto" }),
    where.length > 1 && el("span", { text: ` › ${where[1]}`, dir: "auto" }),
    facts.childNodes.length > 0 && facts,
  );
  const words = el("blockquote", {}, ...prose(quote.text));
  // A source stands below what it says; a question stands above its answer.
  const asked = where.length > 0 && facts.childNodes.length === 0;
  return el("figure", { class: asked ? "quote asked" : "quote" }, ...(asked ? [caption, words] : [words, caption]));
}

// A link that shows where it leads; only web addresses become links.
function webLink(address) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  const props = { href: url.href, target: "_blank", rel: "noopener noreferrer" };
  return el("a", props, icon("out"), el("span", { text: url.host }), el("span", { class: "unseen", text: " (opens a new tab)" }));
}

export function picture(body) {
  return el("figure", { class: "picture" }, el("img", { src: `data:image/png;base64,${body.data}`, alt: body.description }));
}

export function download(file) {
  const bytes = Uint8Array.from(atob(file.data), (one) => one.charCodeAt(0));
  const href = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  return el("a", { class: "file", href, download: file.name }, icon("down"), el("bdi", { text: file.name }));
}

// The second click of a double click is the same press, also when the first was answered between the two.
export function buttons(options, onPress) {
  return el(
    "div",
    { class: "options", role: "group", "aria-label": "Answers" },
    ...options.map((option) =>
      el("button", {
        type: "button",
        class: `button ${option.style}`,
        text: option.label,
        onclick: (click) => click.detail < 2 && onPress(option, click.currentTarget),
      }),
    ),
  );
}
