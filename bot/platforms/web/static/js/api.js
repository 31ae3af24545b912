// The one way to the server. The token came in the address after "#", which no server ever sees.

const KEY = "cohortbook-token";

export class Problem extends Error {
  constructor(sentence, status) {
    super(sentence);
    this.status = status;
  }
}

export function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("k");
  if (given) {
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, "", location.pathname);
  }
}

export const headers = () => ({ Authorization: `Bearer ${sessionStorage.getItem(KEY) ?? ""}` });

export const newEvent = () => crypto.randomUUID();

export const readState = (person) => ask(`/api/state?as=${encodeURIComponent(person)}`, { headers: headers() });

export function post(path, body) {
  return ask(`/api/${path}`, {
    method: "POST",
    headers: { ...headers(), "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function ask(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch {
    const sentence = "The playground cannot be reached. Nothing was lost: what you wrote is still here. Is it still running?";
    throw new Problem(`${sentence} Please try again in a moment.`, 0);
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem(body.error ?? "That did not work. Please try again.", response.status);
  return body;
}
