// Choosing what this browser does when somebody waits or writes.
import { $, h } from "/shared/dom.js";
import { beep, KINDS, keepPreferences, preferences } from "./alerts.js";
import { say } from "/shared/words.js";

export function drawAlerts() {
  const chosen = preferences();
  const box = (way, kind) => h("label", { class: "check" },
    h("input", { type: "checkbox", checked: chosen[way][kind], onchange: (event) => choose(way, kind, event.target.checked) }), " ", say(`alert.${way}_${kind}`));
  $("alerts").replaceChildren(...["sound", "note"].flatMap((way) => KINDS.map((kind) => box(way, kind))));
  const refused = globalThis.Notification?.permission === "denied";
  $("alerts-state").textContent = refused ? say("alert.denied") : globalThis.Notification ? "" : say("alert.unknown");
}

async function choose(way, kind, on) {
  const chosen = preferences();
  chosen[way][kind] = on;
  // Leave is asked for on a press and only by who wants notifications.
  if (on && way === "note" && globalThis.Notification?.permission === "default") await Notification.requestPermission();
  if (way === "note" && globalThis.Notification?.permission !== "granted") chosen.note[kind] = false;
  if (on && way === "sound") beep(new AudioContext(), kind === "waiting" ? 660 : 880);
  keepPreferences(chosen);
  drawAlerts();
}
