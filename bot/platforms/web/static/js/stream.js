// What is new, as it happens. Reads server-sent events over fetch, since only fetch can carry the token.

import { headers } from "./api.js";

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// Calls onEvent(kind, data) until `signal` is aborted; onLink(true|false) tells whether the line is up.
export async function follow(person, after, signal, onEvent, onLink) {
  let last = after;
  let wait = 500;
  while (!signal.aborted) {
    try {
      const response = await fetch(`/api/stream?as=${encodeURIComponent(person)}`, {
        headers: { ...headers(), "Last-Event-ID": String(last) },
        signal,
      });
      if (response.status === 401) return onLink(false, (await response.json()).error);
      if (!response.ok) throw new Error(`stream: ${response.status}`);
      onLink(true);
      wait = 500;
      for await (const event of events(response.body)) {
        last = event.id || last;
        if (event.kind) onEvent(event.kind, JSON.parse(event.data));
      }
    } catch {
      if (signal.aborted) return;
      onLink(false);
    }
    await pause(wait);
    wait = Math.min(wait * 2, 8000);
  }
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    const parts = text.split("\n\n");
    text = parts.pop();
    for (const part of parts) {
      const event = { id: 0, kind: "", data: "" };
      for (const line of part.split("\n")) {
        if (line.startsWith("id: ")) event.id = Number(line.slice(4));
        if (line.startsWith("event: ")) event.kind = line.slice(7);
        if (line.startsWith("data: ")) event.data += line.slice(6);
      }
      yield event;
    }
  }
}
