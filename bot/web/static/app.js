// The page put together.

import { postTyping } from "./api.js";
import { Banner, watchStart } from "./banner.js";
import { choice } from "./bubbles.js";
import { Composer } from "./composer.js";
import { Log } from "./log.js";
import { Outbox } from "./outbox.js";
import { Poll } from "./poll.js";
import { currentSession, ensureSession, forgetSession } from "./session.js";
import { onChangeElsewhere } from "./storage.js";
import { currentLanguage, say, settings, switchLanguage, writeTexts } from "./words.js";

const TYPING_MS = 25000;
const SAY_TYPING_MS = 3000;
const byId = (id) => document.getElementById(id);

let owner = "";
let operatorName = "";
let operatorTypes = false;
let saidTypingAt = 0;
let unread = 0;
let typingUntil = 0;
let pollFailed = false;
let slowedDown = false;

const banner = new Banner();
const log = new Log({
  onButton: (button) => send({ button: button.id }, { text: button.text }),
  onLocation: () => composer.locate(),
  onRetry: (item) => send(item.body, item.shown),
});
const composer = new Composer({
  onText: (text) => send({ text }, { text }),
  onLocation: (point) => send({ location: point }, { text: "", locations: [{ title: "", ...point }] }),
  onTyping: sayTyping,
  onPhone: (phone) => send({ contact: { phone } }, { text: phone }),
});
const poll = new Poll({
  waitS: settings.waitS,
  onMessages: hear,
  onLost: lost,
  onState: (failures) => {
    banner.set("connection", failures > 1 ? "reconnecting" : null);
    // The server may have been started anew meanwhile.
    if (failures === 0 && pollFailed) watchStart(banner);
    pollFailed = failures > 0;
  },
});
const outbox = new Outbox({
  session: async () => {
    const session = await ensureSession(currentLanguage());
    poll.start(session.token);
    return session;
  },
  onTaken: (item) => {
    log.markTaken(item);
    expectReply();
  },
  onRefused: (item) => log.markRefused(item, say(item.body.text ? "error_too_long" : "error_server")),
  onLost: lost,
  onState: (waiting, error) => {
    const limited = waiting && error.status === 429;
    if (limited || slowedDown) composer.hint(limited ? say("error_too_many") : "");
    slowedDown = limited;
    banner.set("unsent", waiting && !limited ? "offline" : null);
  },
});

function send(body, shown) {
  composer.hint("");
  composer.askPhone(false);
  log.addUnsent(outbox.add(body, shown));
  writeState();
}

function hear(messages, nowOwner, isHistory, typing) {
  owner = nowOwner;
  operatorTypes = typing;
  const fresh = log.add(messages);
  const replies = fresh.filter((message) => message.author !== "customer");
  for (const message of replies) if (message.author === "operator" && message.name) operatorName = message.name;
  if (replies.length) typingUntil = 0;
  const last = log.last;
  if (fresh.length) composer.askPhone(Boolean(last?.ask_contact));
  if (document.hidden && !isHistory) unread += replies.length;
  writeState();
}

/** People see that somebody is writing; the bot does not care, and a sign that is lost matters to nobody. */
function sayTyping() {
  const session = currentSession();
  if (!session || !["queue", "operator"].includes(owner) || Date.now() - saidTypingAt < SAY_TYPING_MS) return;
  saidTypingAt = Date.now();
  postTyping(session.token).catch(() => null);
}

/** The server does not know this conversation any more; what waits to be sent opens a new one. */
function lost(token) {
  forgetSession(token);
  poll.stop();
  owner = "";
  if (outbox.items.length) return;
  banner.set("session", "session_over", { key: "new_conversation", run: startAnew });
}

function startAnew() {
  banner.set("session", null);
  outbox.clear();
  log.clear();
  writeState();
  byId("text").focus();
}

function expectReply() {
  typingUntil = Date.now() + TYPING_MS;
  setTimeout(writeState, TYPING_MS + 100);
  writeState();
}

function writeState() {
  const botSpeaks = owner === "bot" || owner === "" || owner === "closed";
  byId("typing").hidden = !(botSpeaks ? Date.now() < typingUntil : owner === "operator" && operatorTypes);
  byId("welcome").hidden = !log.empty;
  byId("status-text").textContent = statusText();
  byId("status-dot").className = `dot ${owner}`;
  const title = `${say("company")} · ${say("title")}`;
  document.title = unread ? `(${unread}) ${title}` : title;
  log.settle();
}

function statusText() {
  if (owner === "operator" && operatorName) return `${operatorName} · ${say("author_operator").toLowerCase()}`;
  return say({ bot: "with_bot", queue: "with_queue", operator: "with_operator" }[owner] ?? "title");
}

function writeSuggestions() {
  const keys = ["suggestion_balance", "suggestion_store", "suggestion_delivery"];
  const buttons = keys.map((key) => choice(say(key), () => send({ text: say(key) }, { text: say(key) }), "keep"));
  byId("suggestions").replaceChildren(...buttons);
}

function writeAll() {
  writeTexts();
  writeSuggestions();
  banner.write();
  writeState();
}

function hurry() {
  poll.hurry();
  outbox.hurry();
}

byId("language").addEventListener("click", () => {
  switchLanguage();
  log.rewrite();
  writeAll();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unread = 0;
  writeState();
  hurry();
});
addEventListener("online", hurry);
onChangeElsewhere("session", () => currentSession() && poll.start(currentSession().token));

writeAll();
for (const item of outbox.items) log.addUnsent(item);
if (currentSession()) poll.start(currentSession().token);
if (outbox.items.length) outbox.flush();
writeState();
watchStart(banner);
if (matchMedia("(pointer: fine)").matches) byId("text").focus();
