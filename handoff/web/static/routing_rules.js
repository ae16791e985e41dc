// Rules: which conversation goes to which group. The first that fits decides.
import { h } from "/shared/dom.js";
import { start } from "/shared/page.js";
import { label, say } from "/shared/words.js";
import { Form, channels, drawForms, groupNames } from "./routing_form.js";

const CONDITIONS = ["articles", "intents", "tags", "reasons"];
const LANGUAGES = () => [["ru", say("rules.lang_ru")], ["en", say("rules.lang_en")]];

function title(rule, n) {
  const group = groupNames().find(([id]) => id === rule.group)?.[1] ?? rule.group;
  return say("rules.line", { place: n + 1, group: group || "…" });
}

new Form("rules", (form) => [
  form.value.rules.map((rule, n) => form.line("rules", n, title(rule, n), [
    CONDITIONS.map((name) => form.words(`rules.${n}.${name}`, say(`rules.${name}`), { hint: hint(name, rule[name]) })),
    form.several(`rules.${n}.languages`, say("rules.languages"), LANGUAGES()),
    form.several(`rules.${n}.channels`, say("rules.channels"), channels()),
    form.select(`rules.${n}.group`, say("rules.group"), groupNames(), { redraw: true }),
    form.select(`rules.${n}.priority`, say("rules.priority"), [["", say("rules.priority_own")], ["urgent", say("rules.priority_urgent")], ["normal", say("rules.priority_normal")]]),
  ])),
  form.value.rules.length === 0 && h("p", { class: "empty" }, say("rules.empty")),
  h("div", { class: "row" }, h("button", { type: "button", onclick: () => form.add("rules", { intents: [], articles: [], languages: [], channels: [], tags: [], reasons: [], group: "general", priority: "" }) }, say("rules.add"))),
]);

/** What the codes mean, where the desk has words for them. */
function hint(name, values) {
  const section = { intents: "intent", reasons: "reason" }[name];
  const known = section ? values.map((value) => label(section, value)).join(", ") : "";
  return known || say("form.commas");
}

start(drawForms);
