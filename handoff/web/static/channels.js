// The channels: where customers write, how to set it up, and a test that really asks.
import { $, h, keyed } from "/shared/dom.js";
import { get, post } from "/shared/api.js";
import { toast } from "/shared/notices.js";
import { failed, start } from "/shared/page.js";
import { label, say } from "/shared/words.js";

const STEPS = { telegram: 5, webchat: 3 };
const LOOKS = { ok: "strong", down: "urgent" };
const REFRESH_MS = 5000;
const verdicts = new Map();
const asked = new Set();
let channels = [];

function draw() {
  const items = channels.map((each) => ({ ...each, language: document.documentElement.lang, asks: asked.has(each.name), verdict: verdicts.get(each.name) ?? null }));
  keyed($("channels"), items, (each) => each.name, card);
}

function card({ name, state, way, asks, verdict }) {
  return h("li", { class: "card-block" },
    h("div", { class: "sheet-head" }, h("h2", {}, label("channel", name)), h("span", { class: `chip ${LOOKS[state] ?? ""}` }, say(`channels.state_${state}`))),
    h("p", { class: "hint" }, say(`channels.way_${way}`)),
    name === "webchat" ? address() : null,
    h("div", { class: "row" },
      h("button", { type: "button", class: "primary", "aria-disabled": asks ? "true" : null, onclick: () => test(name) }, say(asks ? "channels.asks" : "channels.test"), h("span", { class: "hidden" }, `: ${label("channel", name)}`))),
    h("p", { class: `verdict ${verdict ? (verdict.ok ? "well" : "ill") : ""}`, role: "status" }, verdict ? say(`channels.verdict.${verdict.code}`, verdict.values) : ""),
    h("details", { id: `steps-${name}`, open: $(`steps-${name}`)?.open ?? state === "off" },
      h("summary", {}, say(`channels.steps_${name}`)),
      h("ol", { class: "steps" }, Array.from({ length: STEPS[name] ?? 0 }, (_, n) => h("li", {}, coded(say(`channels.${name}_step_${n + 1}`)))))));
}

// What stands between ` in a word is something to type.
const coded = (text) => text.split("`").map((part, n) => (n % 2 ? h("code", {}, part) : part));

const own = () => `${location.origin}/`;
const onlyHere = () => ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);

function address() {
  return h("div", { class: "fields" },
    h("div", { class: "row" },
      h("a", { class: "address", href: own(), target: "_blank", rel: "noopener" }, own()),
      h("button", { type: "button", class: "small", onclick: copy }, say("channels.copy"))),
    onlyHere() ? h("p", { class: "hint" }, say("channels.only_here")) : null);
}

async function copy() {
  try {
    await navigator.clipboard.writeText(own());
    toast(say("channels.copied"));
  } catch {
    getSelection().selectAllChildren(document.querySelector("#channels a.address"));
    toast(say("channels.copy_failed"), true);
  }
}

async function test(name) {
  if (asked.has(name)) return;
  asked.add(name);
  verdicts.delete(name);
  draw();
  try {
    verdicts.set(name, (await post(`/channels/${name}/test`)).verdict);
  } catch (error) {
    failed(error);
  }
  asked.delete(name);
  await load().catch(failed);
}

async function load() {
  channels = (await get("/channels")).channels;
  draw();
}

await start(draw);
await load().catch(failed);
setInterval(() => { if (!document.hidden) load().catch(failed); }, REFRESH_MS);
