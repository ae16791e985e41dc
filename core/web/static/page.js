// What every page beside the conversations starts with: who is signed in, the language, signing out.
import { $ } from "./dom.js";
import { get, post, setCsrf } from "./api.js";
import "./menu.js";
import { banner, toast } from "./notices.js";
import { say, startLanguage, switchLanguage } from "./words.js";

/** What the server put into the page. */
export const data = $("data") ? JSON.parse($("data").textContent) : null;

/** Shows what went wrong; a session that ended leads to signing in. */
export function failed(error) {
  if (error.status === 401) return location.assign("/desk/login");
  if (error.status === undefined) return void reportError(error);
  if (error.code === "network") return banner(say("error.network"));
  return toast(error.words, true);
}

/** Starts the page; `draw` is called when it can be shown and again when the language changes. */
export async function start(draw = () => {}) {
  $("language").addEventListener("click", () => { switchLanguage(); draw(); });
  $("sign-out").addEventListener("click", () => post("/logout").catch(() => null).then(() => location.assign("/desk/login")));
  try {
    const { csrf, operator } = await get("/me");
    setCsrf(csrf);
    startLanguage(operator.language);
    await draw(operator);
    return operator;
  } catch (error) {
    failed(error);
    return null;
  }
}

// A page without a script of its own still switches its language and signs out.
if (document.querySelector('script[src$="/page.js"]')) start();
