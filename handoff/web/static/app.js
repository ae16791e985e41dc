// The desk: what is shown follows from what the server says; changes are asked for, then shown.
import { $, keyed } from "/shared/dom.js";
import { get, post, setCsrf } from "/shared/api.js";
import { Alerts } from "./alerts.js";
import { drawEarlier, Same } from "./before.js";
import { Card } from "./card.js";
import { Composer, forgetDrafts } from "./composer.js";
import { drawConversation, toTurn } from "./conversation.js";
import { listen } from "/shared/keys.js";
import "/shared/menu.js";
import { List, MORE, VIEWS } from "./list.js";
import { Live } from "./live.js";
import { editLabels, snoozeUntil } from "./marks.js";
import { INSERT_KEYS } from "./packet.js";
import { Own } from "./routing_own.js";
import { Search } from "./search.js";
import { TalkSearch } from "./talk_search.js";
import { teaching } from "./teaching.js";
import { Tools } from "./tools.js";
import { Views } from "./views.js";
import { banner, showHelp, toast } from "/shared/notices.js";
import { say, startLanguage, switchLanguage } from "/shared/words.js";

const BOT_POLL_MS = 5000;
const PLACES = { ticket: "tickets", talk: "conversations", past: "past" };
const MARKS = { ticket: "t", talk: "c", past: "p" };

const state = { me: null, view: "waiting", lines: [], counts: {}, selected: null, opened: null, pending: [], changing: 0, writes: false, chosen: {} };

const list = new List({ choose, show });
const views = new Views({ show, changed: () => { state.lines = []; drawList(); refreshList(); }, failed });
const card = new Card({ open: (selected) => { if (card.over()) card.close(); select(selected); }, failed, facets: () => views.facets(), loaded: () => drawBefore() });
const same = new Same({ failed, select, changed: () => { refreshList(); refreshOpened(); card.refresh(); } });
const talkSearch = new TalkSearch({ open: openAt, customer: (key) => card.showKey(key), facets: () => views.facets(), failed });
const composer = new Composer({ send, note: (ticket, text) => tools.note(ticket, text) });
const search = new Search({ failed });
const teacher = teaching({ state, composer, search, desk: { change, failed, lockedBecause, isMine: () => isMine(), key: () => key(state.selected) } });
const live = new Live({
  changed: (event) => {
    if (tools.hears(event)) return null;
    if (event.type === "own") return own.refresh();
    if (event.type !== "tickets") return refreshOpened();
    hear();
    return refreshList();
  },
  lost: () => banner(say("live.lost")),
  back: () => { banner(""); toast(say("live.back")); refreshList(); refreshOpened(); own.refresh(); },
  signedOut: () => location.assign("/desk/login"),
});

const tools = new Tools({
  composer, live, failed, opened: () => state.opened, me: () => state.me, mine: () => isMine(),
  refresh: () => { refreshList(); refreshOpened(); }, select: (id) => select({ kind: "ticket", id }),
});
const own = new Own({ failed, taken: (id) => { state.writes = true; show("mine"); select({ kind: "ticket", id }); } });

// One request at a time for each thing; what changes meanwhile asks once more.
function oneAtATime(work) {
  let running = false;
  let again = false;
  return async () => {
    if (running) { again = true; return; }
    running = true;
    do {
      again = false;
      await work().catch(failed);
    } while (again);
    running = false;
  };
}

const refreshList = oneAtATime(async () => {
  const view = state.view;
  const asked = views.query(view);
  const found = await get(`/list?${asked}`);
  const talks = view === "bot" ? (await get("/conversations")).conversations : null;
  if (view !== state.view || asked !== views.query(view)) { queueMicrotask(refreshList); return; }
  list.clockOffsetMs = Date.parse(found.now) - Date.now();
  state.counts = { ...state.counts, ...found.counts, ...(talks ? { bot: talks.length } : {}) };
  state.lines = talks ? talks.map((talk) => ({ ...talk, talk: true, key: `c${talk.id}` })) : views.merged(found, view).map((ticket) => ({ ...ticket, key: `t${ticket.id}` }));
  drawList();
});

const alerts = new Alerts();
const hear = oneAtATime(async () => alerts.seen(await get("/pulse")));

const refreshOpened = oneAtATime(async () => {
  const selected = state.selected;
  if (!selected) return;
  let found;
  try {
    found = await get(`/${PLACES[selected.kind]}/${selected.id}`);
  } catch (error) {
    // What is gone because of one's own press is no news.
    if (selected !== state.selected || (error.status === 404 && state.changing)) return;
    if (error.status === 404) { select(null); refreshList(); }
    throw error;
  }
  if (selected !== state.selected) { queueMicrotask(refreshOpened); return; }
  state.opened = found;
  state.pending = state.pending.filter((each) => !found.turns.some((turn) => turn.out_id === each.out_id));
  found.past = selected.kind === "past";
  drawOpened();
  markRead();
  tools.refreshSide();
});

function failed(error) {
  if (error.status === 401) return location.assign("/desk/login");
  if (error.status === undefined) return void reportError(error);
  if (error.code === "network") return banner(say("error.network"));
  return toast(error.words, true);
}

function drawList() {
  list.tabs(state.view, state.counts);
  views.draw(state.view, state.counts);
  list.lines(state.view, state.lines, key(state.selected), state.me);
  const waiting = state.counts.waiting || 0;
  document.title = waiting ? `(${waiting}) ${say("brand")}` : say("brand");
  if (!$("banner").hidden && live.failures === 0) banner("");
}

const key = (selected) => (selected ? `${MARKS[selected.kind]}${selected.id}` : "");

function drawOpened() {
  const { opened, me } = state;
  $("placeholder").hidden = Boolean(opened);
  $("opened").hidden = !opened;
  $("opened").classList.remove("loading");
  $("panes").classList.toggle("reading", Boolean(state.selected));
  tools.drawn();
  if (!opened) { card.show(null); return composer.show(null, ""); }
  const mine = isMine();
  drawConversation({ opened, groups: own.groups, me, mine, pending: state.pending.filter((each) => each.ticket === opened.ticket?.id), resend, retry, actions, lessons: teacher.taught(mine) });
  composer.show(mine ? opened.ticket : null, mine ? "" : lockedBecause(), opened.ticket);
  $("do-note-locked").hidden = !opened.ticket;
  card.show(opened.ticket ? { ticket: opened.ticket.id, conversation: opened.ticket.conversation } : { conversation: opened.conversation.id });
  same.look(opened.ticket, mine);
  drawBefore();
  if (state.turn && toTurn(state.turn)) state.turn = "";
  if (mine && state.writes) composer.focus();
  if (mine) state.writes = false;
}

function drawBefore() {
  drawEarlier(card.data?.past ?? [], state.opened, failed);
}

const isMine = () => state.opened?.ticket?.status === "taken" && state.opened.ticket.operator?.id === state.me.id;

function lockedBecause() {
  const ticket = state.opened.ticket;
  if (state.opened.past) return say("composer.locked_past");
  if (!ticket) return say("composer.locked_bot");
  if (ticket.status === "waiting") return say("composer.locked_waiting");
  if (ticket.status === "taken") return say("composer.locked_other", { name: ticket.operator.display_name });
  return say("composer.locked_over");
}

function markRead() {
  if (isMine() && state.opened.ticket.unread > 0 && !document.hidden && document.hasFocus()) post(`/tickets/${state.opened.ticket.id}/read`).catch(failed);
}

// Choosing -------------------------------------------------------------------------------------------

function choose(line) {
  select({ kind: line.talk ? "talk" : "ticket", id: line.id });
}

function select(selected) {
  const hash = selected ? `#${selected.kind}/${selected.id}` : "";
  if (location.hash !== hash) history.pushState(null, "", hash || location.pathname);
  open(selected);
}

/** Opens a conversation at one of its turns. */
function openAt(selected, turn) {
  if (key(selected) === key(state.selected) && state.opened) return void toTurn(turn);
  state.turn = turn;
  select(selected);
}

function open(selected) {
  if (key(selected) === key(state.selected)) return;
  state.selected = selected;
  state.opened = null;
  card.unpin();
  live.watch(selected);
  $("panes").classList.toggle("reading", Boolean(selected));
  drawList();
  if (!selected) return drawOpened();
  // The old conversation stays in sight until the new one is there, but nothing can be written into it.
  $("opened").classList.add("loading");
  composer.show(null, say("composer.loading"));
  refreshOpened();
}

function openFromAddress() {
  const match = /^#(ticket|talk|past)\/([\w-]+)(?:\/(\d+))?$/.exec(location.hash);
  state.turn = match?.[3] ?? state.turn;
  open(match ? { kind: match[1], id: match[2] } : null);
}

function show(view, filter = {}) {
  state.view = view;
  state.lines = [];
  views.chosen(view, filter);
  list.tabs(view, state.counts);
  views.draw(view, state.counts);
  refreshList();
}

function walk(step) {
  const at = state.lines.findIndex((line) => line.key === key(state.selected));
  if (at + step >= state.lines.length) views.more();
  const next = state.lines[at < 0 ? 0 : Math.min(state.lines.length - 1, Math.max(0, at + step))];
  if (!next) return;
  choose(next);
  document.querySelector(`[data-key="${next.key}"]`)?.scrollIntoView({ block: "nearest" });
}

// Changes --------------------------------------------------------------------------------------------

async function change(work) {
  state.changing += 1;
  try {
    await work();
  } catch (error) {
    failed(error);
  }
  state.changing -= 1;
  refreshList();
  refreshOpened();
}

const actions = {
  take: () => change(async () => {
    const { selected } = state;
    state.writes = true;
    if (selected?.kind === "talk") {
      const joined = await post(`/conversations/${selected.id}/take`);
      told(joined.on_the_way);
      show("mine");
      select({ kind: "ticket", id: joined.ticket });
    } else if (statusOf(selected) === "waiting") {
      told((await post(`/tickets/${selected.id}/take`)).on_the_way);
      show("mine");
    }
  }),
  return: () => isMine() && change(async () => {
    await post(`/tickets/${state.selected.id}/return`);
    toast(say("notice.returned"));
  }),
  snooze: async () => {
    const ticket = state.opened?.ticket;
    if (!isMine() || ticket.snoozed_until) return;
    const until = await snoozeUntil();
    if (!until) return;
    change(async () => {
      await post(`/tickets/${ticket.id}/snooze`, { until: until.toISOString() });
      toast(say("lists.snoozed"));
    });
  },
  wake: () => isMine() && change(() => post(`/tickets/${state.selected.id}/wake`)),
  labels: async () => {
    const ticket = state.opened?.ticket;
    if (!ticket) return;
    const wanted = await editLabels(ticket, views.facets);
    if (wanted) change(() => post(`/tickets/${ticket.id}/labels`, wanted));
  },
  close: () => {
    const ticket = state.opened?.ticket;
    if (!isMine() && ticket?.status !== "waiting") return;
    tools.close(ticket);
  },
  transfer: () => tools.transfer(),
  reopen: () => tools.reopen(),
};

function statusOf(selected) {
  return state.opened?.ticket?.status ?? state.lines.find((line) => line.key === key(selected))?.status;
}

const told = (count) => toast(count ? say("notice.on_the_way", { count }) : say("notice.taken"));

function send(ticket, text, teaches) {
  tools.coach.sent();
  const answers = teaches ? { turn: teaches.turn, article: teaches.article } : null;
  const pending = { ticket, text, answers, client_id: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, failed: "" };
  state.pending.push(pending);
  deliver(pending);
}

// The same client_id goes with every try, so that a reply whose answer was lost is not sent twice.
async function deliver(pending) {
  pending.failed = "";
  drawOpened();
  try {
    pending.out_id = (await post(`/tickets/${pending.ticket}/reply`, { text: pending.text, client_id: pending.client_id, answers: pending.answers })).id;
  } catch (error) {
    pending.failed = error.words;
    failed(error);
  }
  drawOpened();
  refreshOpened();
}

const retry = (pending) => deliver(pending);

const resend = (turn) => change(() => post(`/tickets/${state.selected.id}/resend`, { out_id: turn.out_id }));

const KEYS = [["j", "j"], ["k", "k"], ["t", "t"], ["r", "r"], ["b", "b"], ["x", "x"], ["a", "a"], ["d", "d"], ["m", "m"], ["g", "g"], ["q", "q"], ["c", "c"], ["u", "u"], ["z", "snooze"], ["l", "labels"], ["e", "card"], ["s", "talks"], ["h", "filter"], ["v", "more"], ["/", "canned"], ["Alt 1–3", "drafts"], ["Alt R", "coach"], [INSERT_KEYS.join(" "), "insert"], ["y", "y"], ["n", "n"], ["Ctrl K", "search"], ["1–8", "views"], ["Esc", "escape"], ["?", "help"]];
const showKeys = () => showHelp(KEYS);

// Starting -------------------------------------------------------------------------------------------

listen({
  KeyJ: () => walk(1), KeyK: () => walk(-1), KeyT: actions.take, KeyR: () => composer.focus(), KeyB: actions.return, KeyX: actions.close,
  KeyA: () => own.accept(), KeyD: () => own.decline(),
  Digit1: () => show(VIEWS[0]), Digit2: () => show(VIEWS[1]), Digit3: () => show(VIEWS[2]), Digit4: () => show(VIEWS[3]),
  Digit5: () => show(MORE[0]), Digit6: () => show(MORE[1]), Digit7: () => show(MORE[2]), Digit8: () => show(MORE[3]),
  KeyE: () => card.toggle(), KeyS: () => talkSearch.show(), KeyH: () => views.edit(), KeyV: () => views.menu(), KeyZ: () => (state.opened?.ticket?.snoozed_until ? actions.wake() : actions.snooze()), KeyL: actions.labels,
  KeyI: () => teacher.insertCandidate(0), KeyO: () => teacher.insertCandidate(1), KeyP: () => teacher.insertCandidate(2), KeyY: () => teacher.judgeLast(true), KeyN: () => teacher.judgeLast(false), KeyF: teacher.searchArticles,
  search: teacher.searchArticles,
  ...tools.keys,
  help: showKeys,
  escape: (typing) => {
    if (typing) document.activeElement.blur();
    else if (card.over()) card.close();
    else select(null);
  },
});

$("help").addEventListener("click", showKeys);
$("toggle-card").addEventListener("click", () => card.toggle());
$("find").addEventListener("click", teacher.searchArticles);
$("back").addEventListener("click", () => select(null));
$("language").addEventListener("click", () => { switchLanguage(); talkSearch.name(); card.draw(); keyed($("turns"), [], String, null); drawList(); drawOpened(); tools.drawSide(); own.draw(); });
$("sign-out").addEventListener("click", () => { forgetDrafts(); post("/logout").catch(() => null).then(() => location.assign("/desk/login")); });
window.addEventListener("popstate", openFromAddress);
window.addEventListener("focus", markRead);
document.addEventListener("duet:list", refreshList);
setInterval(() => list.tick(), 1000);
setInterval(() => { if (!document.hidden && state.view === "bot") refreshList(); }, BOT_POLL_MS);

try {
  const { csrf, operator } = await get("/me");
  setCsrf(csrf);
  state.me = operator;
  startLanguage(operator.language);
  $("who").textContent = operator.display_name;
  state.view = views.remembered();
  talkSearch.name();
  views.role = card.role = operator.role;
  views.start();
  list.tabs(state.view, state.counts);
  openFromAddress();
  refreshList();
  get("/conversations").then((found) => { state.counts.bot = found.conversations.length; drawList(); }).catch(failed);
  tools.refreshMentions(false);
  tools.refreshApprovals();
  hear();
  own.refresh();
  live.start();
} catch (error) {
  failed(error);
}
