// The server's API.

const POST_TIMEOUT_S = 15;

/** A request that failed; status 0 means that no answer came. */
export class RequestError extends Error {
  constructor(status, code, retryAfterS) {
    super(code);
    this.status = status;
    this.code = code;
    this.retryAfterS = retryAfterS;
  }

  /** Whether the same request may work later. */
  get passing() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

async function call(path, { method = "GET", token, body, timeoutS, signal } = {}) {
  const signals = [AbortSignal.timeout(timeoutS * 1000), ...(signal ? [signal] : [])];
  const abort = new AbortController();
  for (const each of signals) {
    if (each.aborted) abort.abort();
    each.addEventListener("abort", () => abort.abort(), { once: true, signal: abort.signal });
  }
  let response;
  let answer;
  try {
    response = await fetch(path, {
      method,
      headers: { ...(token && { Authorization: `Bearer ${token}` }), ...(body && { "Content-Type": "application/json" }) },
      body: body && JSON.stringify(body),
      signal: abort.signal,
      credentials: "omit",
      cache: "no-store",
    });
    answer = await response.json();
  } catch {
    throw new RequestError(response && !response.ok ? response.status : 0, "no_answer", 0);
  }
  if (response.ok) return answer;
  const retryAfterS = Number(response.headers.get("Retry-After")) || 0;
  throw new RequestError(response.status, answer?.error?.code ?? "", retryAfterS);
}

/** Open a session: `{session, token}`. */
export function openSession(language) {
  return call("/chat/api/sessions", { method: "POST", body: { language }, timeoutS: POST_TIMEOUT_S });
}

/** Send one message: `{id}`. */
export function postMessage(token, body) {
  return call("/chat/api/messages", { method: "POST", token, body, timeoutS: POST_TIMEOUT_S });
}

/** Say that the customer is writing. */
export function postTyping(token) {
  return call("/chat/api/typing", { method: "POST", token, body: {}, timeoutS: POST_TIMEOUT_S });
}

/** Messages after one, waiting for them or for a change of `typing`: `{messages, owner, typing}`. */
export function getMessages(token, after, waitS, typing, signal) {
  const query = new URLSearchParams({ after, wait_s: String(waitS), typing: typing ? "1" : "0" });
  return call(`/chat/api/messages?${query}`, { token, timeoutS: waitS + 10, signal });
}

/** How the server is doing, whatever its status. */
export async function getHealth() {
  const response = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(5000) });
  return response.json();
}
