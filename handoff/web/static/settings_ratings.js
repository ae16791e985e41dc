// When customers are asked how it went.
import { $ } from "/shared/dom.js";
import { start } from "/shared/page.js";
import { settingsForm } from "./settings_form.js";

await start();
await settingsForm($("form"), "/settings/ratings");
