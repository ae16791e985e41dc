// The opened conversation: its head, the packet, the turns.
import { $, h, keyed } from "/shared/dom.js";
import { drawLabels } from "./marks.js";
import { packetCard } from "./packet.js";
import { turnItem, withDividers } from "./turns.js";
import { customerName, label, say } from "/shared/words.js";

const NEAR_END_PX = 120;
let shown = "";
let turnsShown = 0;
let packetOpen = true;

export function drawConversation({ opened, groups, me, mine, pending, resend, retry, actions, lessons }) {
  const subject = opened.ticket ?? opened.conversation;
  const scroll = $("scroll");
  const id = `${opened.ticket ? "t" : opened.past ? "p" : "c"}${subject.id}`;
  const fresh = id !== shown;
  const nearEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_END_PX;
  if (fresh) {
    $("turns").replaceChildren();
    packetOpen = true;
  }
  shown = id;

  $("title").textContent = customerName(subject.customer);
  $("subtitle").textContent = `${label("channel", subject.channel)} · ${opened.past ? say("status.past") : statusWords(opened.ticket, me)}`;
  drawActions(opened, mine, actions, ["lead", "administrator"].includes(me.role));
  drawLabels(opened.ticket, actions.labels);
  $("new-task").href = `/desk/tasks?conversation=${opened.ticket ? opened.ticket.conversation : opened.conversation.id}`;
  drawPacket(opened, lessons, groups);
  $("truncated").hidden = !opened.truncated;
  $("no-turns").hidden = opened.turns.length + pending.length > 0;

  const chat = opened.ticket ? opened.ticket.conversation : opened.conversation.id;
  const items = [...withDividers(opened.turns, chat).map((turn) => ({ ...turn, mine })), ...pending.map((each) => ({ ...each, id: each.client_id, waits: true }))];
  keyed($("turns"), items, (item) => item.id, (item) => (item.waits ? waiting(item, pending, retry) : turnItem(item, { mine, resend, judge: lessons.judge, which: lessons.which })));
  const more = items.length > turnsShown && !fresh;
  turnsShown = items.length;
  if (fresh) showFirst(scroll, mine);
  else if (nearEnd || (more && pending.length > 0)) toEnd();
  else if (more) $("latest").hidden = false;
  if (fresh) $("latest").hidden = true;
}

/** Brings one turn into sight and marks it for a while; false where it is not among those shown. */
export function toTurn(id) {
  const item = [...$("turns").children].find((child) => child.dataset.key === id);
  if (!item) return false;
  item.scrollIntoView({ block: "center" });
  item.classList.add("sought");
  item.tabIndex = -1;
  item.focus({ preventScroll: true });
  setTimeout(() => item.classList.remove("sought"), 4000);
  return true;
}

/** Shows the latest turn. */
export function toEnd() {
  $("scroll").scrollTop = $("scroll").scrollHeight;
  $("latest").hidden = true;
}

$("latest").addEventListener("click", toEnd);
$("scroll").addEventListener("scroll", () => {
  const { scrollHeight, scrollTop, clientHeight } = $("scroll");
  if (scrollHeight - scrollTop - clientHeight < NEAR_END_PX) $("latest").hidden = true;
}, { passive: true });

/** What was handed over is read from the packet on; one's own conversation from its end. */
function showFirst(scroll, mine) {
  const short = scroll.clientHeight > 0 && $("packet").offsetHeight + $("turns").offsetHeight < scroll.clientHeight;
  scroll.scrollTop = mine || short || !$("packet").firstChild ? scroll.scrollHeight : 0;
}

function statusWords(ticket, me) {
  if (!ticket) return say("status.bot");
  if (ticket.status !== "taken") return say(`status.${ticket.status}`);
  return ticket.operator?.id === me.id ? say("status.taken_you") : say("status.taken", { name: ticket.operator?.display_name ?? "" });
}

function drawActions({ ticket, past }, mine, actions, leads) {
  const wanted = [];
  if (past) wanted.length = 0;
  else if (!ticket) wanted.push(["join", "take", true]);
  else if (ticket.status === "waiting") wanted.push(["transfer", "transfer", false], ["close", "close", false], ["take", "take", true]);
  else if (mine) wanted.push(ticket.snoozed_until ? ["wake", "wake", false] : ["snooze", "snooze", false], ["transfer", "transfer", false], ["return", "return", false], ["close", "close", false]);
  else if (ticket.status === "closed") wanted.push(["reopen", "reopen", false]);
  else if (ticket.status === "taken" && leads) wanted.push(["transfer", "transfer", false]);
  const items = wanted.map(([word, action, primary]) => ({ word, action, primary, text: say(`action.${word}`) }));
  keyed($("actions"), items, (item) => item.word, (item) =>
    h("button", { type: "button", class: item.primary ? "primary" : "", id: `do-${item.word}`, onclick: () => actions[item.action]() }, item.text));
}

function drawPacket({ packet, ticket }, lessons, groups) {
  const group = ticket && (groups?.[ticket.group]?.[document.documentElement.lang] ?? ticket.group);
  const items = packet ? [{ packet, ticket: { id: ticket.id, priority: ticket.priority, group, why: ticket.why }, language: document.documentElement.lang, mine: lessons.mine, question: Boolean(lessons.question), chosen: lessons.chosen }] : [];
  // A key of its own for each set of buttons: what is drawn over keeps its listeners.
  keyed($("packet"), items, (item) => `${item.ticket.id} ${item.mine} ${item.question}`, (item) => packetCard(item.packet, item.ticket, packetOpen, (open) => { packetOpen = open; }, { ...lessons, ...item }));
}

function waiting(item, pending, retry) {
  const own = pending.find((each) => each.client_id === item.client_id);
  return h("li", { class: "turn right operator waits" },
    h("div", { class: "bubble" }, h("div", { class: "words plain" }, item.text)),
    h("div", { class: "meta" },
      item.failed
        ? h("span", { class: "mark failed" }, `${say("delivery.not_saved")}: ${item.failed}`, h("button", { type: "button", class: "small", onclick: () => retry(own) }, say("action.retry")))
        : h("span", { class: "mark" }, say("delivery.pending"))));
}
