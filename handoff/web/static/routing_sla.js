// Deadlines per channel, group and priority.
import { h } from "/shared/dom.js";
import { start } from "/shared/page.js";
import { say } from "/shared/words.js";
import { Form, channels, drawForms, groupNames } from "./routing_form.js";

const any = (word, choices) => [["", say(word)], ...choices];
const priorities = () => [["urgent", say("rules.priority_urgent")], ["normal", say("rules.priority_normal")]];

function title(rule, n) {
  const named = [
    channels().find(([id]) => id === rule.channel)?.[1] ?? rule.channel,
    groupNames().find(([id]) => id === rule.group)?.[1] ?? rule.group,
    priorities().find(([id]) => id === rule.priority)?.[1],
  ].filter(Boolean);
  return `${n + 1}. ${named.join(" · ") || say("sla.everything")}`;
}

new Form("sla", (form) => [
  form.value.rules.map((rule, n) => form.line("rules", n, title(rule, n), [
    form.select(`rules.${n}.channel`, say("sla.channel"), any("sla.any_channel", channels()), { redraw: true }),
    form.select(`rules.${n}.group`, say("sla.group"), any("sla.any_group", groupNames()), { redraw: true }),
    form.select(`rules.${n}.priority`, say("sla.priority"), any("sla.any_priority", priorities()), { redraw: true }),
    h("span", { class: "break" }),
    ["take", "first", "next", "resolve"].map((clock) => form.time(`rules.${n}.${clock}`, say(`sla.${clock}`), { placeholder: say(n < form.value.rules.length - 1 ? "sla.inherit" : "sla.none") })),
  ])),
  h("div", { class: "row" }, h("button", { type: "button", onclick: () => form.add("rules", { channel: "", group: "", priority: "", take: null, first: null, next: null, resolve: null }) }, say("sla.add"))),
  h("h2", {}, say("sla.further")),
  h("div", { class: "grid" },
    form.number("warn_share", say("sla.warn_share"), { factor: 100, min: 5, max: 90, hint: say("sla.warn_hint") }),
    form.number("take_goal", say("sla.take_goal"), { factor: 100, max: 100 }),
    form.time("call_back", say("sla.call_back"))),
]);

start(drawForms);
