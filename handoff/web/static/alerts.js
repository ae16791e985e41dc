// Telling an operator who looks elsewhere: a sound, a notification of the browser, a mark on the tab's icon.
// What each browser may do is kept in that browser, since it is the browser that asks for leave.
import { say } from "/shared/words.js";

const KEPT = "duet.alerts";
export const KINDS = ["waiting", "message"];
const DEFAULTS = { sound: { waiting: false, message: true }, note: { waiting: false, message: false } };

/** What this browser does for each kind of event. */
export function preferences() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    return { sound: { ...DEFAULTS.sound, ...kept.sound }, note: { ...DEFAULTS.note, ...kept.note } };
  } catch {
    return DEFAULTS;
  }
}

export const keepPreferences = (chosen) => localStorage.setItem(KEPT, JSON.stringify(chosen));

export class Alerts {
  constructor() {
    this.known = null;
    this.sounds = null;
    // Browsers let a page sound only after its first press.
    addEventListener("pointerdown", () => { this.sounds ??= new AudioContext(); }, { once: true });
    addEventListener("keydown", () => { this.sounds ??= new AudioContext(); }, { once: true });
  }

  /** Called with each fresh list: `waiting` ids of tickets nobody has, `unread` of one's own by id. */
  seen({ waiting, unread }) {
    const before = this.known;
    this.known = { waiting: new Set(waiting), unread: new Map(unread) };
    this.mark(waiting.length);
    if (!before) return;
    const fresh = waiting.filter((id) => !before.waiting.has(id));
    const written = unread.filter(([id, count]) => count > (before.unread.get(id) ?? 0));
    if (fresh.length) this.tell("waiting", say("alert.waiting", { count: fresh.length }));
    if (written.length) this.tell("message", say("alert.message"));
  }

  tell(kind, text) {
    const chosen = preferences();
    if (chosen.sound[kind]) beep(this.sounds, kind === "waiting" ? 660 : 880);
    if (chosen.note[kind] && document.hidden && globalThis.Notification?.permission === "granted") {
      const shown = new Notification(say("brand"), { body: text, tag: `duet-${kind}`, icon: "/shared/icon.svg" });
      shown.onclick = () => { focus(); shown.close(); };
    }
  }

  /** A dot on the tab's icon while somebody waits. */
  mark(count) {
    const icon = document.querySelector('link[rel="icon"]');
    if (icon) icon.href = count ? "/shared/icon-waiting.svg" : "/shared/icon.svg";
  }
}

/** A short soft tone; made here, so there is no file to load. */
export function beep(sounds, pitch) {
  if (!sounds) return;
  const [tone, volume] = [sounds.createOscillator(), sounds.createGain()];
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(0.0001, sounds.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.12, sounds.currentTime + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, sounds.currentTime + 0.35);
  tone.connect(volume).connect(sounds.destination);
  tone.start();
  tone.stop(sounds.currentTime + 0.4);
}
