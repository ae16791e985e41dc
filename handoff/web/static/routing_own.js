// One's own state at the desk, and the conversations that are offered to one: a countdown, accept, decline.
import { $, h, keyed } from "/shared/dom.js";
import { get, post } from "/shared/api.js";
import { toast } from "/shared/notices.js";
import { customerName, label, say } from "/shared/words.js";

const STATUSES = ["online", "busy", "away"];

/** Why a conversation went to its group: `articles=warranty; tags=vip` in words. */
export function whyWords(why) {
  return why.split("; ").map((part) => {
    const [name, value] = part.split("=");
    const section = { intents: "intent", reasons: "reason", channels: "channel" }[name];
    return `${say(`why.${name}`)} ${section ? label(section, value).toLowerCase() : value}`;
  }).join(", ");
}

export class Own {
  constructor({ failed, taken }) {
    Object.assign(this, { failed, taken, offers: [], status: "online", groups: {}, offset: 0 });
    $("presence").addEventListener("change", (event) => this.choose(event.target.value));
    setInterval(() => this.tick(), 250);
  }

  async refresh() {
    try {
      const found = await get("/own");
      this.offset = Date.parse(found.now) - Date.now();
      Object.assign(this, { offers: found.offers, status: found.status, groups: found.groups });
      this.draw();
    } catch (error) {
      this.failed(error);
    }
  }

  async choose(status) {
    try {
      this.status = (await post("/own/status", { status })).status;
    } catch (error) {
      this.failed(error);
    }
    this.draw();
  }

  async accept(id = this.offers[0]?.ticket) {
    if (!id) return;
    this.gone(id);
    try {
      await post(`/tickets/${id}/take`);
      this.taken(id);
    } catch (error) {
      this.failed(error);
    }
    this.refresh();
  }

  async decline(id = this.offers[0]?.ticket) {
    if (!id) return;
    this.gone(id);
    try {
      await post(`/offers/${id}/decline`);
      toast(say("offers.declined"));
    } catch (error) {
      this.failed(error);
    }
    this.refresh();
  }

  gone(id) {
    this.offers = this.offers.filter((offer) => offer.ticket !== id);
    this.draw();
  }

  draw() {
    keyed($("presence"), STATUSES.map((status) => ({ status, text: say(`presence.${status}`) })), (each) => each.status, (each) => h("option", { value: each.status }, each.text));
    $("presence").value = this.status;
    $("presence-box").dataset.status = this.status;
    $("offers").hidden = this.offers.length === 0;
    const lang = document.documentElement.lang;
    keyed($("offers"), this.offers.map((offer) => ({ ...offer, lang })), (offer) => offer.ticket, (offer) => this.offer(offer, lang));
    this.tick();
  }

  offer(offer, lang) {
    const group = this.groups[offer.group]?.[lang] ?? offer.group;
    return h("article", { class: "offer", data: { ends: offer.ends_at } },
      h("div", { class: "offer-words" },
        h("p", { class: "offer-title" }, h("strong", {}, customerName(offer.customer)), ` · ${label("channel", offer.channel)} · ${group} · ${label("reason", offer.reason)}`,
          offer.priority === 0 && h("span", { class: "chip urgent" }, say("list.urgent"))),
        offer.last_line && h("p", { class: "offer-line" }, offer.last_line)),
      h("span", { class: "offer-left", "aria-hidden": "true" }),
      h("button", { type: "button", onclick: () => this.decline(offer.ticket) }, say("offers.decline"), h("kbd", {}, "d")),
      h("button", { type: "button", class: "primary", onclick: () => this.accept(offer.ticket) }, say("offers.accept"), h("kbd", {}, "a")));
  }

  tick() {
    const now = Date.now() + this.offset;
    for (const each of $("offers").children) {
      const left = Math.max(0, Math.ceil((Date.parse(each.dataset.ends) - now) / 1000));
      const box = each.querySelector(".offer-left");
      const text = say("time.seconds", { n: left });
      if (box.textContent !== text) box.textContent = text;
      each.classList.toggle("last-seconds", left <= 3);
    }
  }
}
