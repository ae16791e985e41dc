// Phrases that wait for an editor: what is shown follows from what the server says.
import { get, post, setCsrf } from "/shared/api.js";
import { $, h, keyed } from "/shared/dom.js";
import "/shared/menu.js";
import { listen } from "/shared/keys.js";
import { banner, showHelp, toast } from "/shared/notices.js";
import { percent, say, startLanguage, switchLanguage } from "/shared/words.js";
import { Mover } from "./mover.js";
import { Publisher } from "./publisher.js";

const STATUSES = ["pending", "accepted", "moved", "rejected"];
const KEYS = [["j", "next"], ["k", "previous"], ["x", "pick"], ["g", "group"], ["a", "accept"], ["r", "reject"], ["m", "move"], ["p", "publish"], ["1–4", "statuses"], ["Esc", "none"], ["?", "help"]];

const state = { status: "pending", groups: [], counts: {}, at: "", picked: new Set(), busy: false };
const mover = new Mover({ failed });
const publisher = new Publisher({ failed, changed: refresh });

const rows = () => state.groups.flatMap((group) => group.phrases);
const idsOf = (article) => state.groups.find((group) => group.article === article)?.phrases.map((row) => row.id) ?? [];
const language = () => document.documentElement.lang;
const titleOf = (titles, article) => titles[language()] ?? Object.values(titles)[0] ?? article;

function failed(error) {
  if (error.status === 401) return location.assign("/desk/login#/kb/phrases");
  if (error.status === undefined) return void reportError(error);
  if (error.code === "network") return banner(error.words);
  return toast(error.words, true);
}

async function refresh() {
  const status = state.status;
  try {
    const found = await get(`/phrases?status=${status}`);
    if (status !== state.status) return;
    banner("");
    // The row after the one that went is the next to be looked at.
    const place = rows().findIndex((row) => row.id === state.at);
    Object.assign(state, { groups: found.groups, counts: found.counts });
    const ids = new Set(rows().map((row) => row.id));
    state.picked = new Set([...state.picked].filter((id) => ids.has(id)));
    if (!ids.has(state.at)) state.at = rows()[Math.min(Math.max(place, 0), rows().length - 1)]?.id ?? "";
    draw();
  } catch (error) {
    failed(error);
  }
}

function draw() {
  for (const status of STATUSES) {
    const tab = $(`tab-${status}`);
    tab.setAttribute("aria-selected", String(status === state.status));
    tab.tabIndex = status === state.status ? 0 : -1;
    tab.querySelector(".name").textContent = say(`status.${status}`);
    tab.querySelector(".count").textContent = state.counts[status] ?? "";
  }
  $("panel").setAttribute("aria-labelledby", `tab-${state.status}`);
  $("empty").hidden = rows().length > 0;
  $("empty").textContent = say(`empty.${state.status}`);
  const more = (state.counts[state.status] ?? 0) - rows().length;
  $("more").hidden = more <= 0 || rows().length === 0;
  $("more").textContent = say("phrases.more", { count: more });
  keyed($("groups"), lines(), (line) => line.key, (line) => (line.head ? headItem(line) : rowItem(line)));
  for (const box of $("groups").querySelectorAll("[data-picks]")) box.checked = state.picked.has(box.dataset.picks);
  for (const box of $("groups").querySelectorAll("[data-group]")) box.checked = idsOf(box.dataset.group).every((id) => state.picked.has(id));
  $("bulk").hidden = state.picked.size === 0;
  $("chosen").textContent = say("bulk.chosen", { count: state.picked.size });
  $("accept").hidden = state.status === "accepted";
  $("reject").hidden = state.status === "rejected";
}

/** Heads of articles and their phrases in one list, so that each keeps its own buttons when others go. */
function lines() {
  const words = language();
  return state.groups.flatMap((group) => [
    { key: `head ${group.article}`, head: true, article: group.article, title: titleOf(group.titles, group.article), count: group.phrases.length, words },
    ...group.phrases.map((row) => ({ ...row, key: row.id, article: group.article, at: row.id === state.at, day: row.at, words })),
  ]);
}

const headItem = ({ article, title, count }) => h("li", { class: "group-head" },
  h("label", { class: "pick" }, h("input", { type: "checkbox", data: { group: article }, "aria-label": say("group.pick", { title }), onchange: () => pickGroup(article) })),
  h("h2", {}, title, h("code", {}, article)),
  h("span", { class: "chip" }, say("group.count", { count })));

function rowItem(row) {
  const box = h("input", { type: "checkbox", data: { picks: row.id }, "aria-label": say("row.pick", { text: row.text }), onchange: () => pick(row.id) });
  const action = (verb) => h("button", { type: "button", class: `small ${verb}`, title: say(`bulk.${verb}`), "aria-label": say(`row.${verb}`, { text: row.text }), onclick: () => decide(verb, [row.id]) }, { accept: "✓", reject: "✕", move: "→" }[verb]);
  const accepted = row.status === "accepted";
  return h("li", { class: row.at ? "row at" : "row", id: `row-${row.id}` },
    h("label", { class: "pick" }, box),
    h("span", { class: "words", lang: row.language }, row.text, h("span", { class: "meta" }, origin(row))),
    guess(row),
    h("span", { class: "row-actions" }, !accepted && action("accept"), row.status !== "rejected" && action("reject"), action("move")));
}

function origin(row) {
  const day = new Date(row.day).toLocaleDateString(language(), { day: "numeric", month: "long" });
  return row.moved_to ? `${say("row.moved", { article: row.moved_to })} · ${day}` : `${say(`source.${row.source}`)} · ${day}`;
}

function guess(row) {
  if (!row.guess) return h("span", { class: "guess" }, say("guess.none"));
  const same = row.guess.article === (row.moved_to ?? row.article);
  return h("span", { class: "guess" },
    h("span", { class: same ? "same" : "other" }, same ? say("guess.same") : say("guess.other", { title: row.guess.title })),
    h("span", { class: "chance" }, ` · ${percent(row.guess.probability)} · ${say(row.guess.answers ? "guess.answers" : "guess.asks")}`));
}

// Choosing and deciding ------------------------------------------------------------------------------

function pick(id) {
  if (!state.picked.delete(id)) state.picked.add(id);
  state.at = id;
  draw();
}

function pickGroup(article) {
  const ids = idsOf(article);
  const all = ids.every((id) => state.picked.has(id));
  for (const id of ids) if (all) state.picked.delete(id); else state.picked.add(id);
  draw();
}

function walk(step) {
  const place = rows().findIndex((row) => row.id === state.at);
  const next = rows()[Math.min(Math.max(place + step, 0), rows().length - 1)];
  if (!next) return;
  state.at = next.id;
  draw();
  $(`row-${next.id}`).scrollIntoView({ block: "nearest" });
}

const wanted = () => (state.picked.size ? [...state.picked] : state.at ? [state.at] : []);

async function decide(verb, ids) {
  if (!ids.length || state.busy) return;
  const article = verb === "move" ? await mover.choose() : "";
  if (verb === "move" && !article) return;
  state.busy = true;
  try {
    const { changed } = await post(`/phrases/${verb}`, verb === "move" ? { ids, article } : { ids });
    toast(say(`done.${verb}`, { count: changed }));
    for (const id of ids) state.picked.delete(id);
  } catch (error) {
    failed(error);
  }
  state.busy = false;
  await refresh();
}

function show(status) {
  Object.assign(state, { status, groups: [], at: "" });
  state.picked.clear();
  draw();
  refresh();
}

const none = () => { state.picked.clear(); draw(); };
const groupAt = () => state.groups.find((group) => group.phrases.some((row) => row.id === state.at))?.article;

// Starting -------------------------------------------------------------------------------------------

for (const [n, status] of STATUSES.entries()) {
  $("tabs").append(h("button", { type: "button", role: "tab", id: `tab-${status}`, "aria-controls": "panel", title: String(n + 1), onclick: () => show(status) }, h("span", { class: "name" }), h("span", { class: "count" })));
}
$("tabs").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const next = STATUSES[(STATUSES.indexOf(state.status) + step + STATUSES.length) % STATUSES.length];
  show(next);
  $(`tab-${next}`).focus();
});

listen({
  KeyJ: () => walk(1), KeyK: () => walk(-1), KeyX: () => state.at && pick(state.at), KeyG: () => pickGroup(groupAt()),
  KeyA: () => decide("accept", wanted()), KeyR: () => decide("reject", wanted()), KeyM: () => decide("move", wanted()), KeyP: () => publisher.start(),
  Digit1: () => show(STATUSES[0]), Digit2: () => show(STATUSES[1]), Digit3: () => show(STATUSES[2]), Digit4: () => show(STATUSES[3]),
  help: () => showHelp(KEYS),
  escape: (typing) => (typing && document.activeElement.type !== "checkbox" ? document.activeElement.blur() : none()),
});
for (const verb of ["accept", "reject", "move"]) $(verb).addEventListener("click", () => decide(verb, wanted()));
$("none").addEventListener("click", none);
$("help").addEventListener("click", () => showHelp(KEYS));
$("language").addEventListener("click", () => { switchLanguage(); keyed($("groups"), [], String, null); draw(); publisher.draw(); });
$("sign-out").addEventListener("click", async () => {
  await fetch("/desk/api/logout", { method: "POST", headers: { "X-CSRF-Token": state.csrf } }).catch(() => null);
  location.assign("/desk/login");
});
window.addEventListener("focus", refresh);

try {
  const { csrf, operator } = await get("/me");
  setCsrf(csrf);
  state.csrf = csrf;
  startLanguage(operator.language);
  $("who").textContent = operator.display_name;
  publisher.look();
  await refresh();
} catch (error) {
  failed(error);
}
