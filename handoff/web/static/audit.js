// Who changed what, and when.
import { $, h, keyed } from "/shared/dom.js";
import { get } from "/shared/api.js";
import { data, failed, start } from "/shared/page.js";
import { clockTime, dayName, knows, say } from "/shared/words.js";

let lines = [];
let before = null;
let authors = [];

const actionName = (action) => (knows(`audit.did.${action}`) ? say(`audit.did.${action}`) : action);

function draw() {
  options($("who-filter"), [["", say("audit.everybody")], ...authors.map((name) => [name, name])]);
  options($("action-filter"), [["", say("audit.everything")], ...data.actions.map((action) => [action, say(`audit.kind.${action}`)])]);
  keyed($("lines"), lines, (each) => each.id, line);
  $("none").hidden = lines.length > 0;
  $("more").hidden = before === null;
}

function options(select, values) {
  const chosen = select.value;
  select.replaceChildren(...values.map(([value, text]) => h("option", { value, selected: value === chosen }, text)));
}

function line(each) {
  return h("li", {},
    h("p", { class: "audit-head" }, h("strong", {}, each.who), h("span", { class: "chip" }, actionName(each.action)), h("time", { datetime: each.at }, `${dayName(each.at)}, ${clockTime(each.at)}`)),
    details(each.detail));
}

/** What changed, old beside new where the writer said both. */
function details(detail) {
  if (typeof detail !== "object" || detail === null) return h("p", { class: "hint" }, String(detail));
  return h("dl", { class: "changes" }, Object.entries(detail).map(([name, value]) => h("div", {}, h("dt", {}, name.replaceAll("_", " ")), h("dd", {}, change(value)))));
}

function change(value) {
  if (value && typeof value === "object" && "was" in value && "now" in value) {
    const [was, now] = [text(value.was), text(value.now)];
    return [h("del", {}, was), h("span", { "aria-hidden": "true" }, " → "), h("ins", {}, now)];
  }
  return text(value);
}

const text = (value) => (typeof value === "string" ? value : value === null || value === undefined ? "—" : JSON.stringify(value, null, 1));

function address() {
  const query = new URLSearchParams();
  if ($("who-filter").value) query.set("who", $("who-filter").value);
  if ($("action-filter").value) query.set("action", $("action-filter").value);
  if ($("since").value) query.set("since", new Date(`${$("since").value}T00:00`).toISOString());
  if ($("until").value) query.set("until", new Date(new Date(`${$("until").value}T00:00`).getTime() + 86_400_000).toISOString());
  return query;
}

async function load(more = false) {
  const query = address();
  if (more && before !== null) query.set("before", before);
  const found = await get(`/audit?${query}`);
  lines = more ? [...lines, ...found.lines] : found.lines;
  before = found.before;
  authors = found.who;
  draw();
}

$("filters").addEventListener("change", () => load().catch(failed));
$("filters").addEventListener("submit", (event) => event.preventDefault());
$("more").addEventListener("click", () => load(true).catch(failed));
await start(draw);
await load().catch(failed);
