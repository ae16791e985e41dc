// Publishing: how far it is, and how it ended.
import { get, post } from "/shared/api.js";
import { $ } from "/shared/dom.js";
import { knows, percent, say } from "/shared/words.js";

const LOOK_MS = 700;

export class Publisher {
  constructor({ failed, changed }) {
    Object.assign(this, { failed, changed, told: { state: "none" } });
    $("publish").addEventListener("click", () => this.start());
  }

  async start() {
    if (this.told.state === "running") return;
    try {
      await post("/publish");
      this.told = { state: "running", step: "start", done: 0, total: 1 };
      this.draw();
    } catch (error) {
      this.failed(error);
    }
    this.look();
  }

  async look() {
    clearTimeout(this.timer);
    const before = this.told.state;
    try {
      this.told = await get("/publish");
      this.draw();
    } catch (error) {
      this.failed(error);
      if (before !== "running") return;
    }
    if (this.told.state === "running") this.timer = setTimeout(() => this.look(), LOOK_MS);
    else if (before === "running") setTimeout(this.changed, LOOK_MS);
  }

  draw() {
    const { state, step, done, total } = this.told;
    $("publish").disabled = state === "running";
    $("progress").hidden = state !== "running";
    $("progress").value = total ? done / total : 0;
    $("result").className = { done: "result good", failed: "result bad", lost: "result bad" }[state] ?? "result";
    $("result").textContent = state === "running" ? (knows(`step.${step}`) ? say(`step.${step}`) : step) : this.ended();
  }

  ended() {
    const { state, version, threshold, share, learned, error } = this.told;
    if (state === "done") {
      const sure = threshold > 1 ? say("publish.nothing") : say("publish.answers", { threshold: new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(threshold), share: percent(share) });
      return `${say("publish.done", { version, learned })} ${sure}`;
    }
    return say(`publish.${state}`, { error: error ?? "" });
  }
}
