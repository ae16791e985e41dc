// Reports: a period and filters in the address, charts, and the table behind each.
import { $, h } from "/shared/dom.js";
import { get } from "/shared/api.js";
import { failed, start } from "/shared/page.js";
import { clockTime, dayName, say } from "/shared/words.js";
import { bars, columns, heat, legend, lines } from "./reports_chart.js";
import { cell, percentOr, seconds, setTitles, shortDay, topicName, weekday } from "./reports_values.js";

const FILTERS = ["since", "until", "channel", "group", "operator"];
let found = null;
let asked = 0;

const query = () => new URLSearchParams([...new URLSearchParams(location.search)].filter(([name, value]) => FILTERS.includes(name) && value));
const rows = (name) => found.tables[name].rows;

function draw() {
  if (!found) return;
  $("since").value = found.since;
  $("until").value = found.until;
  for (const name of ["channel", "group", "operator"]) choices(name);
  for (const button of document.querySelectorAll("[data-days]")) button.setAttribute("aria-pressed", String(isPreset(Number(button.dataset.days))));
  $("lately").replaceChildren(...(found.lately.length ? [warning(found.lately)] : []));
  const parts = found.summary.conversations || found.summary.tickets
    ? [tiles(), split(), h("div", { class: "side-by-side" }, precision(), reasons()), times(), people(), load(), topics(), ratings()]
    : [h("p", { class: "card-block empty", role: "status" }, say("reports.nothing"))];
  $("report").replaceChildren(...parts.filter(Boolean));
  $("report").setAttribute("aria-busy", "false");
}

function choices(name) {
  const chosen = query().get(name) ?? "";
  const known = found.choices[name];
  const values = chosen && !known.some(([value]) => value === chosen) ? [...known, [chosen, chosen]] : known;
  $(name).replaceChildren(h("option", { value: "" }, say("reports.all")),
    ...values.map(([value, text]) => h("option", { value, selected: value === chosen }, name === "channel" ? cell("channel", value) : text)));
}

const days = () => Math.round((Date.parse(found.until) - Date.parse(found.since)) / 86_400_000) + 1;
const isPreset = (n) => days() === n && !query().get("until");

function warning(alerts) {
  return h("section", { class: "card-block attention", role: "status" }, h("h2", {}, say("reports.rising")),
    h("ul", { class: "rising" }, alerts.map((each) => h("li", {}, h("strong", {}, topicName(each.topic)), " ",
      say("reports.rose", { count: each.count, expected: cell("number", Math.round(each.expected * 10) / 10) }), " ",
      h("time", { datetime: each.at, class: "hint" }, `${dayName(each.at)}, ${clockTime(each.at)}`)))));
}

function tiles() {
  const sum = found.summary;
  const tile = (word, value, hint) => h("div", { class: "tile" }, h("dt", {}, say(`reports.${word}`)), h("dd", {}, value, hint ? h("small", {}, hint) : null));
  return h("dl", { class: "tiles" },
    tile("conversations", cell("count", sum.conversations), say("reports.of_them", { bot: sum.bot, people: sum.people })),
    tile("share", percentOr(sum.share), say("reports.target_is", { target: percentOr(found.target) })),
    tile("take", seconds(sum.take_median), say("reports.p90_is", { value: seconds(sum.take_p90) })),
    tile("answer", seconds(sum.answer_median), say("reports.p90_is", { value: seconds(sum.answer_p90) })),
    tile("kept", percentOr(sum.kept), say("reports.kept_hint")),
    sum.score === null ? null : tile("score", cell("number", sum.score), say("reports.score_hint")));
}

/** A card: a heading, its chart, the table behind it, and the table as CSV. */
function card(name, content, { hint = true, tables = [name], open = false } = {}) {
  return h("section", { class: "card-block", "aria-labelledby": `h-${name}` }, h("h2", { id: `h-${name}` }, say(`reports.${name}_title`)),
    hint ? h("p", { class: "hint" }, say(`reports.${name}_hint`)) : null, content,
    tables.map((each) => (open ? [csv(each), table(each)]
      : h("details", {}, h("summary", {}, say("reports.table")), csv(each), table(each)))));
}

const csv = (name) => h("p", { class: "csv" }, h("a", { href: `/desk/api/reports/${name}.csv?${query()}`, download: true, "aria-label": `CSV: ${say(`reports.${name}_title`)}` }, "CSV"));

function table(name) {
  const { columns: heads, rows: lines_ } = found.tables[name];
  const shown = heads.map((each, n) => ({ ...each, n })).filter((each) => !each.name.endsWith("_p90") && (found.summary.score !== null || !["ratings", "score"].includes(each.name) || name === "ratings"));
  const number = (kind) => (["count", "share", "seconds", "number", "change"].includes(kind) ? "number" : null);
  const head = (each) => h("th", { scope: "col", class: number(each.kind) }, say(`reports.column.${each.name}`), pair(heads, each) ? h("small", {}, say("reports.median_p90")) : null);
  const line = (row) => h("tr", {}, shown.map((each) => h(each.n ? "td" : "th", { scope: each.n ? null : "row", class: number(each.kind) },
    cell(kindOf(name, each, row), row[each.n]), pair(heads, each) ? h("small", {}, cell(each.kind, row[each.n + 1])) : null)));
  return h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": say(`reports.${name}_title`) }, h("table", { class: "list" },
    h("thead", {}, h("tr", {}, shown.map(head))), h("tbody", {}, lines_.map(line))));
}

/** A median and the 90th percentile beside it share a column of the page; they are two in CSV. */
const pair = (heads, each) => each.name.endsWith("_median") && heads[each.n + 1]?.name.endsWith("_p90");

/** The measures stand in one table, and one of them is no time. */
const kindOf = (name, column, row) => (name === "times" && row[0] === "replies" && column.kind === "seconds" ? "number" : column.kind);

function byDay(pick) {
  const sums = new Map();
  for (const row of rows("days")) sums.set(row[0], pick(row).map((value, n) => value + (sums.get(row[0])?.[n] ?? 0)));
  return sums;
}

function split() {
  const sums = byDay((row) => [row[3], row[4], row[5]]);
  const labels = [...sums.keys()].map(shortDay);
  const series = ["by_bot", "by_people", "by_nobody"].map((word, n) => ({ name: say(`reports.${word}`), tone: n, values: [...sums.values()].map((each) => each[n]) }));
  const channels = [...new Set(rows("days").map((row) => row[1]))];
  const shares = channels.map((channel) => ({ name: cell("channel", channel), values: rows("days").filter((row) => row[1] === channel).map((row) => row[6]) }));
  const said = say("reports.days_title");
  return card("days", h("div", { class: "side-by-side" },
    h("figure", {}, columns({ title: said, description: say("reports.days_text"), labels, series }), legend(series)),
    h("figure", {}, lines({ title: say("reports.share"), description: say("reports.share_text", { target: percentOr(found.target) }), labels, series: shares, most: 1, format: percentOr, limit: { value: found.target, name: say("reports.target_is", { target: percentOr(found.target) }) } }),
      legend(shares.map((each, tone) => ({ name: each.name, tone }))))));
}

const precision = () => card("precision", h("dl", { class: "tiles" }, rows("precision").map((row) => h("div", { class: "tile" }, h("dt", {}, cell("source", row[0])),
  h("dd", {}, percentOr(row[3]), h("small", {}, row[1] ? say("reports.judged", { n: row[1], low: percentOr(row[4]), high: percentOr(row[5]) }) : say("reports.nobody_judged")))))));

const reasons = () => card("reasons", rows("reasons").length ? bars(rows("reasons").map((row) => ({ name: cell("reason", row[0]), value: row[1], share: row[2] })), (row) => `${row.value} · ${percentOr(row.share)}`) : null, { hint: false });

const times = () => card("times", null, { open: true });

const people = () => h("div", {}, ["operators", "groups", "channels"].filter((name) => rows(name).length).map((name) => card(name, null, { open: true, hint: name === "operators" })));

function load() {
  const values = new Map(rows("hours").map((row) => [`${row[0]}-${row[1]}`, row]));
  const present = [...new Set(rows("hours").map((row) => row[0]))];
  const hours = [...Array(24).keys()];
  const map = heat({
    title: say("reports.hours_title"), description: say("reports.hours_text"), rows: present.map(weekday), columns: hours.map(String),
    value: (r, c) => values.get(`${present[r]}-${c}`)?.[2], tell: (row, column, value) => `${row} ${column}:00 — ${cell("number", value)}`,
  });
  return card("hours", h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": say("reports.hours_title") }, map));
}

function topics() {
  if (!rows("topics").length && !found.alerts.length) return null;
  const names = [...new Set(rows("topic_days").map((row) => row[0]))];
  const labels = [...new Set(rows("topic_days").map((row) => row[1]))];
  const series = names.map((topic) => ({ name: topicName(topic), values: rows("topic_days").filter((row) => row[0] === topic).map((row) => row[2]) }));
  const picture = h("figure", {}, lines({ title: say("reports.topics_title"), description: say("reports.topics_text"), labels: labels.map(shortDay), series, width: 900 }), legend(series.map((each, tone) => ({ name: each.name, tone }))));
  return card("topics", [picture, found.alerts.length ? warning(found.alerts) : null], { tables: ["topics"] });
}

function ratings() {
  if (found.summary.score === null) return null;
  return card("ratings", bars(rows("ratings").map((row) => ({ name: "★".repeat(row[0]), value: row[1], share: row[2] })), (row) => `${row.value} · ${percentOr(row.share)}`), { hint: false });
}

async function load_() {
  const mine = ++asked;
  $("report").setAttribute("aria-busy", "true");
  $("fault").hidden = true;
  try {
    const answer = await get(`/reports?${query()}`);
    if (mine !== asked) return; // a later choice is on its way
    found = answer;
    setTitles(answer.titles);
    draw();
  } catch (error) {
    if (error.status !== 422) return failed(error);
    $("fault").textContent = error.words;
    $("fault").hidden = false;
    $("report").setAttribute("aria-busy", "false");
  }
}

function go(change) {
  const next = query();
  for (const [name, value] of Object.entries(change)) if (value) next.set(name, value); else next.delete(name);
  history.pushState(null, "", `?${next}`);
  return load_();
}

const iso = (day) => `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;

$("filters").addEventListener("change", (event) => go(["since", "until"].includes(event.target.id) ? { since: $("since").value, until: $("until").value } : { [event.target.id]: event.target.value }));
$("filters").addEventListener("submit", (event) => event.preventDefault());
for (const button of document.querySelectorAll("[data-days]")) {
  button.addEventListener("click", () => {
    const day = new Date();
    day.setDate(day.getDate() - Number(button.dataset.days) + 1);
    go({ since: iso(day), until: "" });
  });
}
addEventListener("popstate", load_);
await start(draw);
await load_();
