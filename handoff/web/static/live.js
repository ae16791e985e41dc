// Hearing of changes: one WebSocket, which comes back by itself.

const SIGNED_OUT = 4401;
const LONGEST_WAIT_MS = 15_000;

export class Live {
  constructor({ changed, lost, back, signedOut }) {
    Object.assign(this, { changed, lost, back, signedOut });
    this.failures = 0;
    this.watching = { watch: "" };
    window.addEventListener("online", () => this.retryNow());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.retryNow(); });
  }

  start() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.socket = new WebSocket(`${scheme}://${location.host}/desk/api/live`);
    this.socket.addEventListener("open", () => this.opened());
    this.socket.addEventListener("message", (event) => this.changed(JSON.parse(event.data)));
    this.socket.addEventListener("close", (event) => this.closed(event));
  }

  watch(selected) {
    this.watching = selected?.kind === "talk" ? { watch_chat: selected.id } : { watch: selected?.id ?? "" };
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(this.watching));
  }

  opened() {
    this.socket.send(JSON.stringify(this.watching));
    if (this.failures > 0) this.back();
    this.failures = 0;
  }

  closed(event) {
    if (event.code === SIGNED_OUT) return this.signedOut();
    this.failures += 1;
    if (this.failures === 1) this.lost();
    const wait = Math.min(LONGEST_WAIT_MS, 500 * 2 ** this.failures) * (0.7 + Math.random() * 0.6);
    this.timer = setTimeout(() => this.start(), wait);
  }

  retryNow() {
    if (this.socket?.readyState !== WebSocket.CLOSED) return;
    clearTimeout(this.timer);
    this.start();
  }
}
