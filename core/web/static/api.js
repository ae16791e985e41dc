// Requests to the API of the page's part. Every failure is an ApiError with a code that the words know.
import { knows, say } from "./words.js";

const BASE = document.documentElement.dataset.api;
let csrf = "";
export const setCsrf = (token) => { csrf = token; };

export class ApiError extends Error {
  constructor(status, code, details = {}) {
    super(code);
    this.status = status;
    this.code = code;
    this.details = details;
  }

  /** What went wrong, in the reader's language. */
  get words() {
    const values = { ...this.details, name: this.details.operator?.display_name ?? "" };
    return knows(`error.${this.code}`) ? say(`error.${this.code}`, values) : this.details.message ?? say("error.internal");
  }
}

export async function call(method, path, body) {
  const headers = method === "GET" ? {} : { "Content-Type": "application/json", "X-CSRF-Token": csrf };
  let response, data;
  try {
    response = await fetch(`${BASE}${path}`, {
      method,
      headers,
      body: method === "GET" ? undefined : JSON.stringify(body ?? {}),
      signal: AbortSignal.timeout(15_000),
    });
    data = await response.json();
  } catch {
    throw new ApiError(response?.status ?? 0, response ? "internal" : "network");
  }
  if (!response.ok) throw new ApiError(response.status, data.error?.code ?? "internal", data.error ?? {});
  return data;
}

export const get = (path) => call("GET", path);
export const post = (path, body) => call("POST", path, body);
