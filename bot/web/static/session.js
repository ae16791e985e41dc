// The conversation of this browser: opened with the first message, kept until it ends.

import { openSession } from "./api.js";
import { exclusively, load, save } from "./storage.js";

const SESSION = "session";

/** The session `{session, token}`, or null before the first message. */
export function currentSession() {
  return load(SESSION);
}

/** The session, opened if there is none. */
export function ensureSession(language) {
  return exclusively("opening", async () => {
    const known = currentSession();
    if (known) return known;
    const opened = await openSession(language);
    save(SESSION, opened);
    return opened;
  });
}

/** Forget a session the server does not know any more, unless another tab has a new one. */
export function forgetSession(token) {
  if (currentSession()?.token === token) save(SESSION, null);
}
