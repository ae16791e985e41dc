// The line under the head: what the customer should know right now; the most serious wins.

import { getHealth } from "./api.js";
import { say } from "./words.js";

const ORDER = ["session", "unsent", "connection", "starting"];
const LOOK_EVERY_MS = 2500;
const NEEDED = ["redis", "database", "nlu", "encoder", "knowledge_base"];
const byId = (id) => document.getElementById(id);

/** Shows one of the reasons there are. */
export class Banner {
  #reasons = new Map();

  /** Set or take away a reason; `action` is `{text key, run}` for a button. */
  set(reason, key, action = null) {
    if (key) this.#reasons.set(reason, { key, action });
    else this.#reasons.delete(reason);
    this.write();
  }

  /** Write it in the present language. */
  write() {
    const reason = ORDER.find((name) => this.#reasons.has(name));
    const shown = this.#reasons.get(reason);
    byId("banner").hidden = !shown;
    if (!shown) return;
    byId("banner").dataset.reason = reason;
    byId("banner-text").textContent = say(shown.key);
    byId("banner-spinner").hidden = Boolean(shown.action);
    const button = byId("banner-action");
    button.hidden = !shown.action;
    button.textContent = shown.action ? say(shown.action.key) : "";
    button.onclick = shown.action ? shown.action.run : null;
  }
}

/** Say that the assistant is starting, for as long as it is. */
export async function watchStart(banner) {
  for (;;) {
    let starting = false;
    try {
      const { parts = {} } = await getHealth();
      starting = NEEDED.some((name) => parts[name]?.status === "starting");
    } catch {
      return banner.set("starting", null); // no answer is the connection's matter, not the start's
    }
    banner.set("starting", starting ? "loading" : null);
    if (!starting) return undefined;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
