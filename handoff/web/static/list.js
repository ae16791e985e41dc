// The list on the left: its views as tabs and a menu, one line a conversation.
import { $, h, keyed } from "/shared/dom.js";
import { flat } from "/shared/rich.js";
import { comingTime, topicName } from "./labels.js";
import { customerName, duration, label, say } from "/shared/words.js";

export const VIEWS = ["waiting", "mine", "all", "bot"];
/** Views of the menu beside the tabs. */
export const MORE = ["overdue", "mentions", "snoozed", "closed"];
const DUE_SOON_S = 30;

export class List {
  constructor({ choose, show }) {
    this.choose = choose;
    this.show = show;
    this.clockOffsetMs = 0;
    for (const [n, view] of VIEWS.entries()) {
      $("tabs").append(
        h("button", {
          type: "button", role: "tab", id: `tab-${view}`, "aria-controls": "view-panel", title: String(n + 1), onclick: () => show(view),
        }, h("span", { class: "tab-name" }), h("span", { class: "count" })),
      );
    }
    $("tabs").addEventListener("keydown", (event) => this.arrows(event));
  }

  arrows(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = VIEWS.findIndex((view) => $(`tab-${view}`).getAttribute("aria-selected") === "true");
    const next = VIEWS[(at + step + VIEWS.length) % VIEWS.length];
    this.show(next);
    $(`tab-${next}`).focus();
  }

  tabs(view, counts) {
    $("view-panel").setAttribute("aria-labelledby", VIEWS.includes(view) ? `tab-${view}` : "more-views");
    for (const each of VIEWS) {
      const tab = $(`tab-${each}`);
      tab.setAttribute("aria-selected", String(each === view));
      tab.tabIndex = each === view || (each === VIEWS[0] && !VIEWS.includes(view)) ? 0 : -1;
      tab.querySelector(".tab-name").textContent = say(`view.${each}`);
      tab.querySelector(".count").textContent = counts[each] ?? "";
    }
  }

  lines(view, lines, selected, me) {
    const items = lines.map((line) => ({ ...line, waiting_s: undefined, chosen: line.key === selected, language_of_page: document.documentElement.lang }));
    keyed($("lines"), items, (line) => line.key, (line) => this.line(line, me));
    $("empty-list").hidden = lines.length > 0;
    $("empty-list").textContent = lines.length ? "" : say(`list.empty_${view}`);
    this.tick();
  }

  line(line, me) {
    const head = h("span", { class: "line-head" },
      line.unread > 0 && line.status !== "waiting" && h("span", { class: "dot", role: "img", "aria-label": say("list.unread", { count: line.unread }) }),
      h("span", { class: "customer" }, customerName(line.customer)),
      h("span", { class: "channel" }, label("channel", line.channel)),
    );
    const foot = line.talk ? this.talkFoot(line) : this.ticketFoot(line, me);
    return h("li", {},
      h("button", { type: "button", class: "line", "aria-current": line.chosen ? "true" : null, onclick: () => this.choose(line) },
        head, line.last_line && h("span", { class: "last" }, flat(line.last_line)), foot));
  }

  ticketFoot(line, me) {
    const offered = line.status === "waiting" && line.offered_to && h("span", { class: "offered" }, line.offered_to.id === me.id ? say("offers.yours") : say("offers.with", { name: line.offered_to.display_name }));
    const owner = offered || line.operator && (line.operator.id === me.id ? say("list.yours") : say("list.with", { name: line.operator.display_name }));
    return [
      h("span", { class: "line-foot" },
        line.priority === 0 && h("span", { class: "chip urgent" }, say("list.urgent")),
        line.late && h("span", { class: `chip ${line.late}` }, say(`late.${line.late}`)),
        h("span", { class: "chip" }, label("reason", line.reason)),
        line.topic && h("span", { class: "chip strong" }, topicName(line.topic)),
        line.tags.slice(0, 3).map((tag) => h("span", { class: "chip tag" }, tag)),
        line.tags.length > 3 && h("span", { class: "chip tag" }, `+${line.tags.length - 3}`),
        h("span", { class: "spring" }),
        h("span", { class: "owner" }, owner)),
      this.clocks(line),
    ];
  }

  clocks(line) {
    if (line.ended_at) return h("span", { class: "line-foot" }, h("span", {}, say(`status.${line.status}`)), h("span", { class: "waiting", data: { ago: line.ended_at } }));
    const due = line.due_at && h("span", { class: "due", data: { due: line.due_at, clock: line.due_clock } });
    if (line.snoozed_until) return h("span", { class: "line-foot" }, h("span", { class: "chip snoozed" }, say("lists.back_at", { time: comingTime(line.snoozed_until) })), h("span", { class: "spring" }), due);
    if (line.status !== "waiting") return due && h("span", { class: "line-foot" }, h("span", { class: "spring" }), due);
    return h("span", { class: "line-foot" }, h("span", { class: "waiting", data: { since: line.created_at } }), h("span", { class: "spring" }), due);
  }

  talkFoot(line) {
    return h("span", { class: "line-foot" }, h("span", { class: "waiting", data: { ago: line.last_at } }));
  }

  /** Counts the clocks on; the store's clock is the truth, this computer's may be wrong. */
  tick() {
    const now = Date.now() + this.clockOffsetMs;
    for (const each of document.querySelectorAll("[data-since]")) write(each, say("list.waiting", { time: duration((now - Date.parse(each.dataset.since)) / 1000) }));
    for (const each of document.querySelectorAll("[data-ago]")) write(each, say("list.ago", { time: duration((now - Date.parse(each.dataset.ago)) / 1000) }));
    for (const each of document.querySelectorAll("[data-due]")) {
      const left = (Date.parse(each.dataset.due) - now) / 1000;
      write(each, left < 0 ? say("list.overdue", { time: duration(-left) }) : say(each.dataset.clock === "resolve" ? "late.resolve_in" : "list.due", { time: duration(left) }));
      each.classList.toggle("late", left < 0);
      each.classList.toggle("soon", left >= 0 && left < DUE_SOON_S);
    }
  }
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
