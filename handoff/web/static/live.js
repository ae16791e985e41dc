// Hearing of changes: one WebSocket, which comes back by itself.

const SIGNED_OUT = 4401;
const LONGEST_WAIT_MS = 15_000;
// The server says something at least every 30 seconds; a line silent for longer than two of these is dead.
const SILENCE_MS = 75_000;

export class Live {
  constructor({ changed, lost, back, signedOut }) {
    Object.assign(this, { changed, lost, back, signedOut });
    this.failures = 0;
    this.watching = { watch: "" };
    window.addEventListener("offline", () => this.drop());
    window.addEventListener("online", () => this.retryNow());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.retryNow(); });
  }

  start() {
    clearTimeout(this.timer);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/desk/api/live`);
    this.socket = socket;
    const ours = (work) => (event) => { if (socket === this.socket) work(event); };
    socket.addEventListener("open", ours(() => this.opened()));
    socket.addEventListener("message", ours((event) => { this.heard(); this.changed(JSON.parse(event.data)); }));
    socket.addEventListener("close", ours((event) => this.closed(event.code)));
  }

  watch(selected) {
    this.watching = selected?.kind === "past" ? { watch: "" } : selected?.kind === "talk" ? { watch_chat: selected.id } : { watch: selected?.id ?? "" };
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(this.watching));
  }

  /** Says something that needs no answer; what cannot be said now is not said later. */
  say(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  opened() {
    this.heard();
    this.socket.send(JSON.stringify(this.watching));
    const wasLost = this.failures > 0;
    this.failures = 0;
    if (wasLost) this.back();
    else this.changed({ type: "tickets" }); // what came between the first look and this moment was not heard
  }

  heard() {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.drop(), SILENCE_MS);
  }

  // Without waiting for the other side to agree: over a dead line it never will.
  drop() {
    const socket = this.socket;
    if (!socket) return;
    this.closed(0);
    socket.close();
  }

  closed(code) {
    this.socket = null;
    clearTimeout(this.watchdog);
    if (code === SIGNED_OUT) return this.signedOut();
    this.failures += 1;
    if (this.failures === 1) this.lost();
    const wait = Math.min(LONGEST_WAIT_MS, 500 * 2 ** this.failures) * (0.7 + Math.random() * 0.6);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.start(), wait);
  }

  retryNow() {
    if (this.socket === null) this.start();
  }
}
