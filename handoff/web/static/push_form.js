// Asking to be told when no page of the desk is open: per browser, on a press.
import { $, h } from "/shared/dom.js";
import { get, post } from "/shared/api.js";
import { failed } from "/shared/page.js";
import { label, say } from "/shared/words.js";

const ABLE = "serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis;
let known = null; // the key, the kinds one may be told, one's browsers
let own = null; // this browser's: its id and kinds; null while it is not told
let chosen = []; // what is ticked
let busy = false;

export async function loadPush() {
  try {
    known = await get("/push");
  } catch (error) {
    if (error.status !== 403) failed(error);
    return; // who does not talk with customers is told nothing
  }
  chosen = known.kinds;
  if (ABLE) {
    const registration = await navigator.serviceWorker.getRegistration("/desk");
    const subscription = await registration?.pushManager.getSubscription();
    if (subscription) await recognise(subscription);
  }
  drawPush();
}

async function recognise(subscription) {
  const id = await idOf(subscription.endpoint);
  own = known.subscriptions.find((each) => each.id === id) ?? null;
  if (own) chosen = own.kinds;
}

/** The server knows a browser by a hash of the address it gave. */
async function idOf(endpoint) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint)));
  return [...hash].map((each) => each.toString(16).padStart(2, "0")).join("").slice(0, 40);
}

export function drawPush() {
  $("push").hidden = !known;
  if (!known) return;
  const denied = globalThis.Notification?.permission === "denied";
  const hindered = !known.key ? say("push.no_contact") : !ABLE ? say("push.unknown") : denied ? say("push.denied") : "";
  $("push-fault").textContent = hindered;
  $("push-state").textContent = hindered ? "" : own ? say("push.is_on") : say("push.is_off");
  $("push-kinds").replaceChildren(...(hindered ? [] : known.kinds.map(box)));
  $("push-button").hidden = Boolean(hindered);
  $("push-button").disabled = busy;
  $("push-button").textContent = own ? say("push.turn_off") : say("push.turn_on");
}

const box = (kind) => h("label", { class: "check" },
  h("input", { type: "checkbox", checked: chosen.includes(kind), disabled: busy, onchange: (event) => choose(kind, event.target) }), " ", label("push_kind", kind));

async function choose(kind, input) {
  const before = chosen;
  chosen = known.kinds.filter((each) => (each === kind ? input.checked : chosen.includes(each)));
  if (!own) return;
  const registration = await navigator.serviceWorker.getRegistration("/desk");
  const subscription = await registration?.pushManager.getSubscription();
  try {
    if (subscription) await keep(subscription);
  } catch (error) {
    chosen = before;
    input.checked = before.includes(kind);
    failed(error);
  }
}

async function keep(subscription) {
  const { endpoint, keys } = subscription.toJSON();
  const { id } = await post("/push", { endpoint, keys, kinds: chosen });
  own = { id, kinds: chosen };
}

async function turnOn() {
  // Leave is asked for on a press and only by who wants to be told.
  if ((await Notification.requestPermission()) !== "granted") return;
  await navigator.serviceWorker.register("/desk/sw.js", { scope: "/desk" });
  const registration = await navigator.serviceWorker.getRegistration("/desk");
  await running(registration);
  // One of an earlier key would be refused: it is made anew.
  await (await registration.pushManager.getSubscription())?.unsubscribe();
  const options = { userVisibleOnly: true, applicationServerKey: bytes(known.key) };
  const subscription = await registration.pushManager.subscribe(options).catch(() => null);
  if (!subscription) throw new Error(say("push.no_service"));
  await keep(subscription);
}

/** Subscribing needs an active worker. */
function running(registration) {
  const worker = registration.installing ?? registration.waiting;
  if (registration.active || !worker) return null;
  return new Promise((done) => worker.addEventListener("statechange", () => worker.state === "activated" && done()));
}

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));

async function turnOff() {
  await post(`/push/${own.id}/remove`);
  own = null;
  const registration = await navigator.serviceWorker.getRegistration("/desk");
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}

$("push-button").addEventListener("click", async () => {
  busy = true;
  drawPush();
  let wrong = "";
  try {
    await (own ? turnOff() : turnOn());
  } catch (error) {
    if (error.code) failed(error);
    else wrong = error.message;
  }
  busy = false;
  drawPush();
  if (wrong) $("push-fault").textContent = wrong;
});
