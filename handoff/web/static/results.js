// The leaderboard: who did most, who keeps deadlines, and whether I am within mine.
import { $, h } from "/shared/dom.js";
import { get } from "/shared/api.js";
import { data, failed, start } from "/shared/page.js";
import { say } from "/shared/words.js";
import { cell, percentOr, seconds } from "./reports_values.js";

let days = data.days.includes(Number(new URLSearchParams(location.search).get("days"))) ? Number(new URLSearchParams(location.search).get("days")) : 1;
let found = null;

function draw() {
  const words = { 1: say("reports.today"), 7: say("reports.week"), 30: say("reports.month") };
  $("days").replaceChildren(...data.days.map((n) => h("button", { type: "button", "aria-pressed": String(n === days), onclick: () => choose(n) }, words[n])));
  if (!found) return;
  if (!found.on) return void $("results").replaceChildren(h("p", { class: "card-block empty", role: "status" }, say("results.switched_off")));
  if (!found.people.length) return void $("results").replaceChildren(h("p", { class: "card-block empty", role: "status" }, say("results.nobody")));
  const mine = found.people.find((each) => each.me);
  $("results").replaceChildren(mine ? standing(mine) : h("p", { class: "card-block hint" }, say("results.not_yet")), board());
}

const share = (each) => (each.kept + each.missed ? each.kept / (each.kept + each.missed) : null);

function standing(mine) {
  const tile = (word, value, hint) => h("div", { class: "tile" }, h("dt", {}, say(`results.${word}`)), h("dd", {}, value, hint ? h("small", {}, hint) : null));
  const within = mine.missed ? say("results.missed", { count: mine.missed }) : say("results.all_kept");
  return h("section", { class: "card-block", "aria-labelledby": "mine" }, h("h2", { id: "mine" }, say("results.mine")), h("dl", { class: "tiles" },
    tile("place", say("results.place_of", { place: found.people.indexOf(mine) + 1, of: found.people.length })),
    tile("kept", percentOr(share(mine)), within), tile("tickets", cell("count", mine.tickets)), tile("answer", seconds(mine.answer_median))));
}

function board() {
  const heads = ["place", "person", "tickets", "kept", "answer", "replies"];
  return h("section", { class: "card-block" }, h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": say("results.title") }, h("table", { class: "list" },
    h("thead", {}, h("tr", {}, heads.map((name) => h("th", { scope: "col", class: name === "person" ? null : "number" }, say(`results.${name}`))))),
    h("tbody", {}, found.people.map((each, n) => h("tr", { class: each.me ? "me" : null },
      h("td", { class: "number" }, String(n + 1)), h("th", { scope: "row" }, each.name, each.me ? [" ", h("span", { class: "chip strong" }, say("results.me"))] : null),
      h("td", { class: "number" }, cell("count", each.tickets)), h("td", { class: `number ${each.missed ? "" : "good"}` }, percentOr(share(each))),
      h("td", { class: "number" }, seconds(each.answer_median)), h("td", { class: "number" }, cell("count", each.replies))))))));
}

async function load() {
  found = await get(`/results?days=${days}`);
  draw();
}

function choose(n) {
  days = n;
  history.replaceState(null, "", `?days=${n}`);
  return load().catch(failed);
}

await start(draw);
await load().catch(failed);
setInterval(() => { if (!document.hidden) load().catch(failed); }, 60_000);
