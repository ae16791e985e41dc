// What an operator teaches: an article answers a message, the bot was right or wrong.
import { get, post } from "/shared/api.js";
import { toast } from "/shared/notices.js";
import { say } from "/shared/words.js";

// Handed over for these reasons, the last message is a wish and not the question.
const WISHES = ["asked_for_person", "answer_rejected", "clarify_failed"];
const SHOWN_CHARS = 60;

const asked = (turns, conversation) => turns.filter((turn) => turn.conversation === conversation && turn.author === "customer" && turn.kind === "text" && turn.text.trim().includes(" "));

/** The message that the packet is about: the one handed over, or the question before a mere wish for a person. */
export function handedOver(opened) {
  if (!opened?.packet) return null;
  const decided = asked(opened.turns, opened.ticket.conversation).filter((turn) => turn.decision);
  const wish = WISHES.includes(opened.packet.reason) && decided.at(-1)?.outcome === "handed_off";
  return (wish ? decided.at(-2) : decided.at(-1)) ?? null;
}

/** The message an operator answers now: the customer's last. */
export function lastAsked(opened) {
  const conversation = opened?.ticket?.conversation ?? opened?.conversation?.id;
  return opened ? asked(opened.turns, conversation).at(-1) ?? null : null;
}

/** The bot's last answer in this conversation that can be called right or wrong. */
export function lastAnswer(opened) {
  const conversation = opened?.ticket?.conversation ?? opened?.conversation?.id;
  return opened?.turns.filter((turn) => turn.judged && turn.conversation === conversation).at(-1) ?? null;
}

/** The customer's message that a turn of the bot answered. */
export const questionOf = (opened, turn) => opened.turns.find((each) => each.author === "customer" && each.decision === turn.judged) ?? null;

export const short = (text) => (text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text);

const place = (opened) => (opened.ticket ? `/tickets/${opened.ticket.id}` : `/conversations/${opened.conversation.id}`);

export async function judge(opened, turn, right) {
  await post(`${place(opened)}/verdict`, { turn: turn.id, right });
  toast(say(right ? "teach.told_right" : "teach.told_wrong"));
}

export async function choose(opened, turn, article, title) {
  await post(`${place(opened)}/verdict`, { turn: turn.id, article });
  toast(say("teach.told_chosen", { title }));
}

export const textOf = (article, language) => get(`/articles/${article}?language=${language}`);
