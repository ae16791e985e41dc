// Canned replies: everybody's own, and the shared ones for leads.
import { get, post } from "/shared/api.js";
import { $, h } from "/shared/dom.js";
import { toast } from "/shared/notices.js";
import { failed, start } from "/shared/page.js";
import { say } from "/shared/words.js";
import { bound, newId, showFaults } from "./tools_editor.js";
import { own } from "./tools_forms.js";

let found = null;
const opened = new Set();
const unsaved = new Set();

addEventListener("beforeunload", (event) => { if (unsaved.size) event.preventDefault(); });

function draw() {
  $("replies-lead").textContent = say("replies.lead");
  if (!found) return;
  $("lists").replaceChildren(list("own", true), list("shared", found.leads), ...(found.leads ? [variables()] : []));
  for (const kind of unsaved) mark(kind);
}

function list(kind, may) {
  const { value } = found[kind];
  const root = h("section", { class: "card-block", id: `list-${kind}` },
    h("h2", {}, say(`replies.${kind}`)),
    !may && h("p", { class: "lead" }, say("replies.read_only")),
    h("div", { class: "reply-list" }, value.replies.map((reply, n) => (may ? editor(kind, reply, n) : shown(reply)))),
    !value.replies.length && h("p", { class: "empty" }, say("replies.empty")),
    may && h("div", { class: "row list-actions" },
      h("button", { type: "button", onclick: () => add(kind) }, say("replies.new")),
      h("span", { class: "spring" }),
      h("span", { class: "unsaved", role: "status" }),
      h("button", { type: "button", class: "primary", disabled: true, data: { save: kind }, onclick: () => save(kind) }, say("act.save"))));
  return root;
}

const shown = (reply) => h("details", { class: "reply-item" },
  h("summary", {}, h("strong", {}, own(reply.title)), h("span", { class: "pick-group" }, own(reply.group))),
  reply.ru && h("p", { class: "card-words" }, reply.ru), reply.en && h("p", { class: "card-words" }, reply.en));

function editor(kind, reply, n) {
  const at = `replies.${n}`;
  const changed = () => mark(kind);
  const both = (part, words) => ["ru", "en"].map((language) => h("div", { class: "field" },
    h("span", { class: "label" }, `${words}, ${say(`replies.${language}`)}`),
    bound(reply[part], language, `${at}.${part}.${language}`, `${words}, ${say(`replies.${language}`)}`, { changed, maxlength: 80 })));
  const text = (language) => h("div", { class: "field" },
    h("span", { class: "label" }, `${say("replies.text")}, ${say(`replies.${language}`)}`),
    bound(reply, language, `${at}.${language}`, `${say("replies.text")}, ${say(`replies.${language}`)}`, { tag: "textarea", rows: 4, changed, maxlength: 4096 }));
  return h("details", { class: "reply-item", open: opened.has(reply.id), ontoggle: (event) => (event.target.open ? opened.add(reply.id) : opened.delete(reply.id)) },
    h("summary", {}, h("strong", {}, own(reply.title) || say("replies.new")), h("span", { class: "pick-group" }, own(reply.group)), h("span", { class: "pick-text" }, reply[document.documentElement.lang] || reply.ru || reply.en)),
    h("div", { class: "reply-fields" }, both("title", say("replies.reply_title")), both("group", say("replies.reply_group")), text("ru"), text("en")),
    h("div", { class: "row" }, h("span", { class: "spring" }), h("button", { type: "button", class: "quiet", onclick: () => remove(kind, n) }, say("act.remove"))));
}

function variables() {
  const { value } = found.shared;
  const changed = () => mark("shared");
  return h("section", { class: "card-block", id: "list-variables" },
    h("h2", {}, say("replies.variables")),
    h("p", { class: "lead" }, say("replies.variables_lead")),
    h("div", { class: "rows" }, value.variables.map((each, n) => h("div", { class: "edit-row" },
      h("div", { class: "field" }, h("span", { class: "label" }, say("replies.variable")), bound(each, "id", `variables.${n}.id`, say("replies.variable"), { changed, maxlength: 40 })),
      ["ru", "en"].map((language) => h("div", { class: "field" }, h("span", { class: "label" }, say(`replies.${language}`)), bound(each, language, `variables.${n}.${language}`, `${each.id}, ${say(`replies.${language}`)}`, { changed, maxlength: 500 }))),
      h("button", { type: "button", class: "quiet", onclick: () => { value.variables.splice(n, 1); draw(); mark("shared"); } }, say("act.remove"))))),
    h("div", { class: "row list-actions" },
      h("button", { type: "button", onclick: () => { value.variables.push({ id: "", ru: "", en: "" }); draw(); mark("shared"); } }, say("act.add")),
      h("span", { class: "spring" }),
      h("button", { type: "button", class: "primary", disabled: true, data: { save: "shared" }, onclick: () => save("shared") }, say("act.save"))));
}

function mark(kind) {
  unsaved.add(kind);
  for (const button of document.querySelectorAll(`[data-save="${kind}"]`)) button.disabled = false;
  const told = document.querySelector(`#list-${kind} .unsaved`);
  if (told) told.textContent = say("replies.changed");
}

function add(kind) {
  const reply = { id: newId(), group: { ru: "", en: "" }, title: { ru: "", en: "" }, ru: "", en: "" };
  found[kind].value.replies.push(reply);
  opened.add(reply.id);
  draw();
  mark(kind);
  document.querySelector(`#list-${kind} .reply-item:last-child input`).focus();
}

function remove(kind, n) {
  found[kind].value.replies.splice(n, 1);
  draw();
  mark(kind);
}

async function save(kind) {
  try {
    const { version } = await post(`/settings/replies/${kind}`, { value: found[kind].value, version: found[kind].version });
    found[kind].version = version;
    unsaved.delete(kind);
    draw();
    toast(say("did.saved"));
  } catch (error) {
    failed(error);
    if (error.details?.faults) {
      for (const fault of error.details.faults) {
        const [, n] = /^replies\.(\d+)/.exec(fault.at) ?? [];
        if (n) opened.add(found[kind].value.replies[n]?.id);
      }
      draw();
      for (const each of kind === "own" ? ["list-own"] : ["list-shared", "list-variables"]) showFaults($(each), error.details.faults);
    }
  }
}

const operator = await start(draw);
if (operator) {
  try {
    found = await get("/settings/replies");
    draw();
  } catch (error) {
    failed(error);
  }
}
