// Choosing the article that a phrase belongs to.
import { get } from "/shared/api.js";
import { $, h } from "/shared/dom.js";
import { say } from "/shared/words.js";

export class Mover {
  constructor({ failed }) {
    Object.assign(this, { failed, articles: [], shown: [], at: 0, resolve: null });
    $("mover-text").addEventListener("input", () => { this.at = 0; this.draw(); });
    $("mover-text").addEventListener("keydown", (event) => this.key(event));
    $("mover-close").addEventListener("click", () => $("mover").close());
    $("mover").addEventListener("close", () => this.resolve?.($("mover").returnValue));
  }

  /** The id of an article, or empty if none was chosen. */
  async choose() {
    try {
      this.articles = (await get("/articles")).articles;
    } catch (error) {
      this.failed(error);
      return "";
    }
    $("mover-text").value = "";
    this.at = 0;
    this.draw();
    $("mover").returnValue = "";
    $("mover").showModal();
    return new Promise((resolve) => { this.resolve = resolve; });
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.at = Math.max(0, Math.min(this.shown.length - 1, this.at + step));
      this.draw();
    } else if (event.key === "Enter" && this.shown[this.at]) {
      event.preventDefault();
      $("mover").close(this.shown[this.at].article);
    }
  }

  draw() {
    const words = $("mover-text").value.toLowerCase().split(/\s+/).filter(Boolean);
    const text = (each) => `${each.article} ${Object.values(each.titles).join(" ")}`.toLowerCase();
    this.shown = this.articles.filter((each) => words.every((word) => text(each).includes(word)));
    const language = document.documentElement.lang;
    $("choices").replaceChildren(...this.shown.map((each, n) => h("li", {},
      h("button", { type: "button", class: n === this.at ? "chosen" : null, onclick: () => $("mover").close(each.article) },
        each.titles[language] ?? Object.values(each.titles)[0] ?? each.article, each.internal && ` · ${say("move.internal")}`))));
    $("choices").querySelector(".chosen")?.scrollIntoView({ block: "nearest" });
  }
}
