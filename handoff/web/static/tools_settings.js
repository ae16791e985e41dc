// What leads settle: closing, the coach's list, limits of compensation.
import { get, post } from "/shared/api.js";
import { $, h } from "/shared/dom.js";
import { toast } from "/shared/notices.js";
import { failed, start } from "/shared/page.js";
import { say } from "/shared/words.js";
import { bound, chosen, newId, showFaults } from "./tools_editor.js";
import { kopecks } from "./tools_forms.js";

let found = null;
let counts = null;
const unsaved = new Set();

addEventListener("beforeunload", (event) => { if (unsaved.size) event.preventDefault(); });

function draw() {
  if (!found) return;
  $("sections").replaceChildren(part("closing", closing()), part("coach", coach()), part("compensation", compensation()));
  for (const name of unsaved) mark(name);
}

function part(name, content) {
  return h("section", { class: "card-block", id: `part-${name}` },
    h("h2", {}, say(`tools.${name}`)), h("p", { class: "lead" }, say(`tools.${name}_lead`)), content,
    h("div", { class: "row list-actions" }, h("span", { class: "spring" }),
      h("button", { type: "button", class: "primary", disabled: true, data: { save: name }, onclick: () => save(name) }, say("act.save"))));
}

function mark(name) {
  unsaved.add(name);
  document.querySelector(`[data-save="${name}"]`).disabled = false;
}

const labelled = (words, control) => h("label", { class: "check" }, control, words);

function closing() {
  const { value } = found.closing;
  const changed = () => mark("closing");
  return [choices("reasons", value), choices("topics", value),
    h("div", { class: "fields closing-rest" },
      labelled(say("tools.topic_required"), bound(value, "topic_required", "topic_required", say("tools.topic_required"), { type: "checkbox", changed })),
      h("div", { class: "field" }, h("span", { class: "label" }, say("tools.reopen_h")),
        bound(value, "reopen_h", "reopen_h", say("tools.reopen_h"), { type: "number", min: 0, max: 24, step: 0.5, class: "short", changed }),
        h("span", { class: "hint" }, say("tools.reopen_hint"))))];
}

function choices(name, value) {
  const changed = () => mark("closing");
  const row = (each, n) => h("div", { class: "edit-row" },
    ["ru", "en"].map((language) => h("div", { class: "field" }, bound(each, language, `${name}.${n}.${language}`, `${say(`tools.${name}`)}, ${say(`replies.${language}`)}`, { changed, maxlength: 60 }))),
    labelled(say("tools.active"), bound(each, "active", `${name}.${n}.active`, say("tools.active"), { type: "checkbox", changed })),
    h("button", { type: "button", class: "quiet", onclick: () => { value[name].splice(n, 1); draw(); changed(); } }, say("act.remove")));
  return h("details", { class: "fold", open: true }, h("summary", {}, `${say(`tools.${name}`)} (${value[name].length})`),
    h("div", { class: "rows" }, value[name].map(row)),
    h("button", { type: "button", onclick: () => { value[name].push({ id: newId(), ru: "", en: "", active: true }); draw(); changed(); } }, say("act.add")));
}

function coach() {
  const { value } = found.coach;
  const changed = () => mark("coach");
  const row = (each, n) => h("div", { class: "edit-row" },
    h("div", { class: "field" }, bound(each, "avoid", `expressions.${n}.avoid`, say("tools.avoid"), { changed, maxlength: 200 })),
    h("span", { class: "arrow", "aria-hidden": "true" }, "→"),
    h("div", { class: "field" }, bound(each, "prefer", `expressions.${n}.prefer`, say("tools.prefer"), { changed, maxlength: 200 })),
    chosen(each, "language", `expressions.${n}.language`, say("tools.language"), [["ru", "RU"], ["en", "EN"]], changed),
    h("button", { type: "button", class: "quiet", onclick: () => { value.expressions.splice(n, 1); draw(); changed(); } }, say("act.remove")));
  return [
    labelled(say("tools.coach_active"), bound(value, "active", "active", say("tools.coach_active"), { type: "checkbox", changed })),
    h("details", { class: "fold" }, h("summary", {}, `${say("tools.avoid")} → ${say("tools.prefer")} (${value.expressions.length})`),
      h("div", { class: "rows" }, value.expressions.map(row)),
      h("button", { type: "button", onclick: () => { value.expressions.unshift({ language: document.documentElement.lang, avoid: "", prefer: "" }); draw(); changed(); document.querySelector("#part-coach details").open = true; } }, say("act.add"))),
    counted()];
}

function counted() {
  if (!counts.counts.length) return h("p", { class: "lead" }, say("tools.counts_none"));
  return h("div", { class: "table-scroll" }, h("table", { class: "list" }, h("caption", {}, say("tools.counts", { days: counts.days })),
    h("thead", {}, h("tr", {}, h("th", {}, say("tools.counts_name")), h("th", { class: "number" }, say("tools.counts_replaced")), h("th", { class: "number" }, say("tools.counts_kept")))),
    h("tbody", {}, counts.counts.map((each) => h("tr", {}, h("td", {}, each.name), h("td", { class: "number" }, each.replaced), h("td", { class: "number" }, each.kept))))));
}

function compensation() {
  const { value } = found.compensation;
  const amount = (role, name) => {
    const path = `${role}.${name}_kopecks`;
    const shownAs = { text: (value[role][`${name}_kopecks`] / 100).toLocaleString(document.documentElement.lang, { useGrouping: false }) };
    return bound(shownAs, "text", path, `${say(`role.${role}`)}, ${say(`tools.${name}`)}`, {
      inputmode: "decimal", maxlength: 12,
      changed: () => { value[role][`${name}_kopecks`] = shownAs.text.trim() === "0" ? 0 : kopecks(shownAs.text); mark("compensation"); },
    });
  };
  return h("div", { class: "table-scroll" }, h("table", { class: "list limits" },
    h("thead", {}, h("tr", {}, ["role", "once", "day"].map((name) => h("th", {}, say(`tools.${name}`))))),
    h("tbody", {}, ["operator", "lead", "administrator"].map((role) => h("tr", {},
      h("td", {}, say(`role.${role}`)), h("td", {}, amount(role, "once")), h("td", {}, amount(role, "day")))))));
}

async function save(name) {
  try {
    const { version } = await post(`/settings/tools/${name}`, { value: found[name].value, version: found[name].version });
    found[name].version = version;
    unsaved.delete(name);
    document.querySelector(`[data-save="${name}"]`).disabled = true;
    toast(say("did.saved"));
  } catch (error) {
    failed(error);
    if (error.details?.faults) showFaults($(`part-${name}`), error.details.faults);
  }
}

const operator = await start(draw);
if (operator) {
  try {
    [found, counts] = await Promise.all([get("/settings/tools"), get("/coach/counts")]);
    draw();
  } catch (error) {
    failed(error);
  }
}
