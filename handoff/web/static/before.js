// Above the turns: earlier conversations of this person on all channels, opened on demand; and the strip that
// says which tickets are answered together with this one, or might be.
import { $, h, keyed } from "/shared/dom.js";
import { get, post } from "/shared/api.js";
import { confirmed, toast } from "/shared/notices.js";
import { customerName, dayName, label, say } from "/shared/words.js";
import { turnItem, withDividers } from "./turns.js";

/** Earlier conversations that are not among the turns already; `past` comes from the card. */
export function drawEarlier(past, opened, failed) {
  const shown = new Set([opened?.ticket?.conversation ?? opened?.conversation?.id, ...(opened?.turns ?? []).map((turn) => turn.conversation)]);
  const items = opened ? past.filter((each) => !shown.has(each.id)).reverse().map((each) => ({ id: each.id, at: each.started_at, channel: each.channel, line: each.first_line, language: document.documentElement.lang })) : [];
  keyed($("earlier"), items, (item) => item.id, (item) => h("details", { class: "before", ontoggle: (event) => fill(event.target, item, failed) },
    h("summary", {}, h("span", { class: "chip" }, label("channel", item.channel)), h("span", {}, dayName(item.at)), h("span", { class: "last" }, item.line)),
    h("ol", { class: "turns" })));
}

async function fill(details, item, failed) {
  const list = details.querySelector("ol");
  if (!details.open || list.children.length) return;
  try {
    const found = await get(`/past/${item.id}`);
    list.replaceChildren(...withDividers(found.turns, item.id).map((turn) => turnItem(turn, { mine: false, resend: null })));
  } catch (error) {
    details.open = false;
    failed(error);
  }
}

export class Same {
  constructor({ failed, select, changed }) {
    Object.assign(this, { failed, select, changed });
    this.asked = "";
  }

  /** Asks once for each state of a ticket. */
  async look(ticket, mine) {
    const signature = ticket && !ticket.ended_at ? `${ticket.id} ${ticket.status} ${mine} ${document.documentElement.lang}` : "";
    if (signature === this.asked) return;
    this.asked = signature;
    if (!signature) return this.draw({ linked: [], suggested: [] }, null, false);
    try {
      const found = await get(`/tickets/${ticket.id}/same`);
      if (signature === this.asked) this.draw(found, ticket, mine);
    } catch (error) {
      if (error.status !== 404) this.failed(error);
    }
  }

  again() { this.asked = ""; }

  draw(found, ticket, mine) {
    const strip = $("same");
    strip.hidden = !found.linked.length && !found.suggested.length;
    strip.replaceChildren(
      ...found.linked.map((each) => h("p", { class: "same-line" }, h("span", {}, say("card.linked", { channel: label("channel", each.channel) })), h("span", { class: "spring" }),
        h("button", { type: "button", class: "small", onclick: () => this.select({ kind: "ticket", id: each.id }) }, say("card.look")),
        mine && h("button", { type: "button", class: "small", id: "unlink", onclick: () => this.change(() => post(`/tickets/${ticket.id}/unlink`), "card.unlinked") }, say("card.unlink")))),
      ...found.suggested.map((each) => h("p", { class: "same-line" }, h("span", {}, say("card.suggested", { channel: label("channel", each.channel), name: customerName(each.customer) })), h("span", { class: "spring" }),
        h("button", { type: "button", class: "small", onclick: () => this.select({ kind: "ticket", id: each.id }) }, say("card.look")),
        mine && h("button", { type: "button", class: "small strong", id: "link", onclick: () => this.link(ticket, each) }, say("card.link")))));
  }

  async link(ticket, other) {
    if (!(await confirmed(say("card.link_title"), say("card.link_text", { channel: label("channel", other.channel) }), say("card.link")))) return;
    this.change(() => post(`/tickets/${ticket.id}/link`, { other: other.id }), "card.linked_now");
  }

  async change(work, told) {
    try {
      await work();
      toast(say(told));
    } catch (error) {
      this.failed(error);
    }
    this.again();
    this.changed();
  }
}
