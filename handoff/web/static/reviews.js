// A lead looks at conversations that are over and scores them.
import { $, h, keyed } from "/shared/dom.js";
import { get, post } from "/shared/api.js";
import { toast } from "/shared/notices.js";
import { failed, start } from "/shared/page.js";
import { clockTime, dayName, label, percent, say } from "/shared/words.js";
import { turnItem, withDividers } from "./turns.js";

const ANSWERS = [["1", "yes"], ["0.5", "partly"], ["0", "no"], ["", "none_of"]];
const kept = (id) => `duet.review.${id}`;
let found = [];
let people = [];
let opened = null;
let asking = 0;

const options = (select, values) => { const chosen = select.value; select.replaceChildren(...values.map(([value, text]) => h("option", { value, selected: value === chosen }, text))); };
const customer = (name) => (/^(?=.*\d)[\w-]{10,}$/.test(name) ? say("turn.guest", { tail: name.slice(-4) }) : name);
const stars = (rating) => (rating ? `${rating} ★` : "");

function draw() {
  options($("by"), ["person", "bot"].map((each) => [each, say(`reviews.by_${each}`)]));
  options($("way"), ["random", "low"].map((each) => [each, say(`reviews.way_${each}`)]));
  options($("operator"), [["", say("reviews.everybody")], ...people.map((each) => [each.id, each.name])]);
  $("operator-line").hidden = $("by").value === "bot";
  keyed($("sample"), found.map((each) => ({ ...each, chosen: each.conversation === opened?.found.conversation, language: document.documentElement.lang })), (each) => each.conversation, line);
  $("none").hidden = found.length > 0;
  if (opened) drawOpened();
}

function line(each) {
  return h("li", {}, h("button", { type: "button", class: "sample-line", "aria-pressed": String(each.chosen), onclick: () => open(each.conversation) },
    h("strong", {}, customer(each.customer)),
    h("span", { class: "hint" }, [each.operator || say("reviews.by_bot"), label("channel", each.channel), `${dayName(each.closed_at)}, ${clockTime(each.closed_at)}`].join(" · ")),
    h("span", { class: "marks" }, each.rating ? h("span", { class: each.rating <= 3 ? "chip urgent" : "chip" }, stars(each.rating)) : null, each.reviewed ? h("span", { class: "chip strong" }, say("reviews.done")) : null)));
}

function drawOpened() {
  const { found: one, turns, criteria } = opened;
  $("review").hidden = false;
  $("review-title").textContent = customer(one.customer);
  $("review-about").textContent = [one.operator || say("reviews.by_bot"), stars(one.rating), one.comment].filter(Boolean).join(" · ");
  keyed($("turns"), withDividers(turns, one.conversation).map(asReviewed), (each) => each.id, (turn) => turnItem(turn, { mine: false, judge, which: () => null }));
  $("criteria").replaceChildren(...criteria.map(criterion));
  reached();
}

/** The buttons under an answer of the bot show what reviewers said of it, not what operators did. */
function asReviewed(turn) {
  if (!turn.judged) return turn;
  const { review, customer: helped } = turn.verdicts;
  return { ...turn, verdicts: { ...(helped === undefined ? {} : { customer: helped }), ...(review === true ? { operator: true } : {}), ...(review === false ? { operator: false } : {}) } };
}

function criterion(each) {
  const chosen = opened.scores[each.id];
  const name = `c-${each.id}`;
  return h("div", { class: "criterion", role: "radiogroup", "aria-labelledby": `${name}-name` },
    h("p", { id: `${name}-name` }, each[document.documentElement.lang] ?? each.ru, each.critical ? h("span", { class: "chip urgent" }, say("reviews.critical")) : null),
    h("div", { class: "choices-row" }, ANSWERS.map(([value, word]) => h("label", { class: "pick" },
      h("input", { type: "radio", name, value, checked: chosen === value, onchange: () => score(each.id, value) }), h("span", {}, say(`reviews.${word}`))))));
}

function score(id, value) {
  opened.scores[id] = value;
  $("fault").hidden = true;
  sessionStorage.setItem(kept(opened.found.conversation), JSON.stringify({ scores: opened.scores, comment: $("comment").value }));
  reached();
}

/** As the server counts: what did not apply counts neither way, a missed critical one makes it nothing. */
function reached() {
  const given = opened.criteria.filter((each) => (opened.scores[each.id] ?? "") !== "");
  const left = opened.criteria.filter((each) => opened.scores[each.id] === undefined).length;
  const missed = given.some((each) => each.critical && opened.scores[each.id] === "0");
  const weight = given.reduce((sum, each) => sum + each.weight, 0);
  const share = missed ? 0 : given.reduce((sum, each) => sum + each.weight * Number(opened.scores[each.id]), 0) / weight;
  const text = left ? say("reviews.left", { count: left }) : weight ? say("reviews.reached", { share: percent(share) }) : say("reviews.nothing");
  $("reached").textContent = missed ? `${text} ${say("reviews.missed")}` : text;
}

async function open(conversation) {
  try {
    const answer = await get(`/reviews/${conversation}`);
    const draft = JSON.parse(sessionStorage.getItem(kept(conversation)) ?? "null");
    const before = Object.fromEntries((answer.review?.scores ?? []).map((each) => [each.id, each.score === null ? "" : String(each.score)]));
    opened = { ...answer, scores: draft?.scores ?? before };
    $("comment").value = draft?.comment ?? answer.review?.comment ?? "";
    $("fault").hidden = true;
    history.replaceState(null, "", `#${conversation}`);
    draw();
    $("review").focus();
    $("review").scrollIntoView({ block: "nearest" });
  } catch (error) {
    failed(error);
  }
}

async function judge(turn, right) {
  try {
    await post(`/reviews/${opened.found.conversation}/verdict`, { turn: turn.id, right });
    toast(say(right ? "teach.told_right" : "teach.told_wrong"));
    opened.turns = opened.turns.map((each) => (each.id === turn.id ? { ...each, verdicts: { ...each.verdicts, review: right } } : each));
    drawOpened();
  } catch (error) {
    failed(error);
  }
}

async function load() {
  const query = new URLSearchParams({ by: $("by").value || "person", way: $("way").value || "random", operator: $("operator").value });
  const asked = ++asking;
  const answer = await get(`/reviews?${query}`);
  if (asked !== asking) return; // another choice was made meanwhile
  ({ found, people } = answer);
  draw();
}

$("filters").addEventListener("submit", (event) => { event.preventDefault(); load().catch(failed); });
$("filters").addEventListener("change", () => load().catch(failed));
$("comment").addEventListener("input", () => opened && sessionStorage.setItem(kept(opened.found.conversation), JSON.stringify({ scores: opened.scores, comment: $("comment").value })));
$("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const missing = opened.criteria.find((each) => opened.scores[each.id] === undefined);
  $("fault").hidden = !missing;
  $("fault").textContent = missing ? say("reviews.score_all") : "";
  if (missing) return void document.querySelector(`[name="c-${missing.id}"]`).focus();
  const scores = Object.fromEntries(opened.criteria.map((each) => [each.id, opened.scores[each.id] === "" ? null : Number(opened.scores[each.id])]));
  try {
    await post(`/reviews/${opened.found.conversation}`, { scores, comment: $("comment").value });
    sessionStorage.removeItem(kept(opened.found.conversation));
    found = found.map((each) => (each.conversation === opened.found.conversation ? { ...each, reviewed: true } : each));
    toast(say("reviews.told_kept"));
    draw();
  } catch (error) {
    failed(error);
  }
});

await start(draw);
await load().catch(failed);
if (/^#[\w-]+$/.test(location.hash)) await open(location.hash.slice(1));
