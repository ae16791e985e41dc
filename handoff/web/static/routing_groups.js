// Groups: names, members, skills.
import { h } from "/shared/dom.js";
import { data, start } from "/shared/page.js";
import { say } from "/shared/words.js";
import { Form, drawForms, lang } from "./routing_form.js";

const people = data.people.map(({ id, name }) => [id, name]);

new Form("groups", (form) => [
  form.value.groups.map((group, n) => form.line("groups", n, group.name[lang()] || group.id || say("groups.new"), [
    form.text(`groups.${n}.name.ru`, say("groups.name_ru")),
    form.text(`groups.${n}.name.en`, say("groups.name_en")),
    group.id === "general" ? null : form.text(`groups.${n}.id`, say("groups.code"), { hint: say("groups.code_hint") }),
    form.words(`groups.${n}.skills`, say("groups.skills"), { hint: say("form.commas") }),
    form.several(`groups.${n}.members`, say("groups.members"), people, { hint: say("groups.everybody") }),
  ], { keep: group.id === "general" })),
  h("div", { class: "row" }, h("button", { type: "button", onclick: () => form.add("groups", { id: "", name: { ru: "", en: "" }, members: [], skills: [] }) }, say("groups.add"))),
]);

start(drawForms);
