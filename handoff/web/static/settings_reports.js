// The leaderboard's switch, and when a rising topic is told of.
import { $ } from "/shared/dom.js";
import { get, post } from "/shared/api.js";
import { toast } from "/shared/notices.js";
import { failed, start } from "/shared/page.js";
import { say } from "/shared/words.js";

const NUMBERS = ["least", "rise", "false_share"];
let version = 0;

function show(found) {
  version = found.version;
  for (const name of ["leaderboard", "alerts"]) $(name).checked = found[name];
  for (const name of NUMBERS) $(name).value = found[name];
}

function fault(name, text) {
  const field = $(name === "" ? "fault" : `${name}-fault`);
  field.textContent = text;
  field.hidden = !text;
  if (name) $(name).setAttribute("aria-invalid", String(Boolean(text)));
}

$("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  for (const name of ["", ...NUMBERS]) fault(name, "");
  const wrong = NUMBERS.find((name) => $(name).value === "" || (name === "least" && !Number.isInteger(Number($(name).value))));
  if (wrong) { fault(wrong, say("reports.not_a_number")); return $(wrong).focus(); }
  const body = { leaderboard: $("leaderboard").checked, alerts: $("alerts").checked, version };
  for (const name of NUMBERS) body[name] = Number($(name).value);
  try {
    show(await post("/settings/reports", body));
    toast(say("settings.saved"));
  } catch (error) {
    if (error.status === 422 && NUMBERS.includes(error.details.field)) { fault(error.details.field, error.words); return $(error.details.field).focus(); }
    if (error.status !== 409) return failed(error);
    version = error.details.version;
    fault("", error.words);
  }
});

await start();
try {
  show(await get("/settings/reports"));
} catch (error) {
  failed(error);
}
