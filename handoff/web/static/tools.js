// The operators' tools inside a conversation, put together for the desk's page.
import { get, post } from "/shared/api.js";
import { $, h, keyed } from "/shared/dom.js";
import { toast } from "/shared/notices.js";
import { clockTime, customerName, dayName, say } from "/shared/words.js";
import { briefCard, promiseCard, requestCard } from "./tools_cards.js";
import { Coach } from "./tools_coach.js";
import { Drafts } from "./tools_drafts.js";
import { closeForm, money, promiseForm, requestForm, transferForm } from "./tools_forms.js";
import { fits, Picker } from "./tools_picker.js";

const HERE_MS = 4000;
const TYPING_MS = 5000;

export class Tools {
  /** `page`: `{ composer, live, failed, opened(), me(), mine(), refresh(), select(id) }`. */
  constructor(page) {
    this.page = page;
    Object.assign(this, { side: null, of: "", groups: null, people: [], replies: null, repliesOf: "", typedAt: 0, read: new Map() });
    const { composer, failed } = page;
    this.picker = new Picker({
      composer,
      sources: [
        { pattern: /(?:^|\s)\/([^\n/]{0,40})$/, when: () => composer.mode === "reply", items: (query) => this.canned(query), line: cannedLine, text: (each) => each.text },
        { pattern: /(?:^|\s)@([^\s@]{0,30})$/, when: () => composer.mode === "note", items: (query) => this.named(query), line: (each) => h("span", {}, `${each.here ? "●" : "○"} ${each.display_name}`), text: (each) => `@${each.display_name} ` },
      ],
    });
    this.coach = new Coach({ composer, failed });
    this.drafts = new Drafts({ composer, failed });
    composer.box.addEventListener("input", () => { this.typed(composer.box.value !== "" && composer.mode === "reply"); });
    $("do-canned").addEventListener("click", () => this.openCanned());
    $("do-request").addEventListener("click", () => this.request());
    $("do-promise").addEventListener("click", () => this.promise());
    $("do-note-locked").addEventListener("click", () => composer.noteHere());
    $("mentions").addEventListener("click", () => this.showMentions());
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
      if (event.target.closest("input, textarea, select")) return;
      event.preventDefault();
      this.openCanned();
    });
    setInterval(() => this.beat(), HERE_MS);
    document.addEventListener("visibilitychange", () => this.beat());
  }

  // Hearing ------------------------------------------------------------------------------------------

  /** Whether news was for the tools alone. */
  hears(event) {
    if (event.type === "here") {
      if (event.id === this.ticketId) this.drawCompany(event);
    } else if (event.type === "mentions") this.refreshMentions(true);
    else if (event.type === "requests") { this.refreshSide(); this.refreshApprovals(); }
    else return false;
    return true;
  }

  get ticketId() {
    return this.page.opened()?.ticket?.id ?? "";
  }

  /** What was opened or changed is shown. */
  drawn() {
    const opened = this.page.opened();
    const id = opened?.ticket?.id ?? "";
    if (id !== this.of) {
      Object.assign(this, { of: id, side: null, repliesOf: "" });
      this.drawCompany({ people: [], customer_types: false });
      this.drawSide();
      this.typed(false);
      if (id) this.learnClosing().catch(this.page.failed);
      this.refreshSide();
      this.beat();
    }
    if (this.page.mine()) this.learnReplies(id);
    const last = [...(opened?.turns ?? [])].reverse().find((turn) => turn.author === "customer" && turn.text);
    if (last?.id !== this.lastId) $("customer-types").hidden = true;
    this.lastId = last?.id;
    this.drafts.about(this.page.mine() && last ? last.text : "");
  }

  // Company ------------------------------------------------------------------------------------------

  beat() {
    const typing = Date.now() - this.typedAt < TYPING_MS;
    this.page.live.say({ here: document.hidden ? "" : this.ticketId, typing });
  }

  typed(now) {
    const was = Date.now() - this.typedAt < TYPING_MS;
    this.typedAt = now ? Date.now() : 0;
    if (was !== now) this.beat();
  }

  drawCompany({ people, customer_types: types }) {
    const writing = people.some((each) => each.typing);
    $("company").hidden = !people.length;
    $("company").classList.toggle("writing", writing);
    $("company").textContent = people.map((each) => say(each.typing ? "company.types" : "company.looks", { name: each.name })).join(" · ");
    $("customer-types").hidden = !types;
  }

  // Beside the history -------------------------------------------------------------------------------

  async refreshSide() {
    const id = this.ticketId;
    if (!id) return;
    try {
      const side = await get(`/tickets/${id}/side`);
      if (id !== this.ticketId) return;
      this.side = side;
      if (side.requests.length && !this.groups) await this.colleagues();
      this.drawSide();
      if (side.mentioned) await post(`/tickets/${id}/mentions/seen`).then(() => this.refreshMentions(false));
    } catch (error) {
      if (error.status !== 404) this.page.failed(error);
    }
  }

  /** How many promises wait for a lead stands on the menu's line, and a new one is said. */
  async refreshApprovals() {
    const line = document.querySelector('.menu a[href="/desk/requests"]');
    if (!line || !["lead", "administrator"].includes(this.page.me()?.role)) return;
    try {
      const asked = (await get("/requests")).promises.filter((each) => each.may_decide);
      if (asked.length > (this.asked ?? asked.length)) toast(say("requests.news", { amount: money(asked.at(-1).kopecks), name: asked.at(-1).by?.display_name ?? "" }));
      this.asked = asked.length;
      if (asked.length) line.dataset.asked = asked.length;
      else delete line.dataset.asked;
    } catch (error) {
      this.page.failed(error);
    }
  }

  drawSide() {
    const { side } = this;
    const after = () => this.refreshSide();
    after.failed = this.page.failed;
    const shared = { me: this.page.me(), groups: this.groups ?? [], after };
    const language = document.documentElement.lang;
    const requests = (side?.requests ?? []).map((each) => ({ ...each, card: "request", language }));
    const promises = (side?.promises ?? []).map((each) => ({ ...each, card: "promise", language }));
    const waits = (each) => ["open", "taken", "asked"].includes(each.status);
    const card = (each) => (each.card === "request" ? requestCard(each, shared) : promiseCard(each, shared));
    const all = [...requests, ...promises];
    const fresh = side?.transfer && this.page.mine() && side.transfer.by !== this.page.me().id && this.read.get(this.of) !== side.transfer.id;
    keyed($("brief"), fresh ? [{ ...side.transfer, language }] : [], (each) => each.id, (each) => briefCard(each, () => { this.read.set(this.of, each.id); this.drawSide(); }));
    keyed($("settled"), all.filter((each) => !waits(each)), (each) => each.id, card);
    keyed($("asides"), all.filter(waits), (each) => each.id, card);
    $("reopened").hidden = !side?.reopened;
  }

  async colleagues() {
    const found = await get("/colleagues");
    this.groups = found.groups;
    this.people = found.people;
    return found;
  }

  // Steps --------------------------------------------------------------------------------------------

  /** Keys of the page. */
  get keys() {
    return { KeyM: () => this.page.composer.noteHere(), KeyG: () => this.transfer(), KeyQ: () => this.request(), KeyC: () => this.promise(), KeyU: () => this.reopen() };
  }

  async form(open) {
    try {
      await open();
    } catch (error) {
      this.page.failed(error);
    }
  }

  /** At once where the lists are known: a key pressed next must meet the form. */
  close(ticket) {
    const open = () => closeForm(ticket, this.closing, () => { toast(say("notice.closed")); this.page.refresh(); });
    return this.closing ? open() : this.form(async () => { await this.learnClosing(); open(); });
  }

  async learnClosing() {
    this.closing = await get("/closing");
  }

  transfer() {
    const ticket = this.page.opened()?.ticket;
    if (!ticket || !["waiting", "taken"].includes(ticket.status)) return;
    const leads = ["lead", "administrator"].includes(this.page.me().role);
    if (ticket.status === "taken" && !this.page.mine() && !leads) return;
    this.form(async () => transferForm(ticket, await this.colleagues(), () => { toast(say("did.transferred")); this.page.refresh(); }));
  }

  request() {
    const ticket = this.page.opened()?.ticket;
    if (ticket) this.form(async () => requestForm(ticket, await this.colleagues(), () => { toast(say("did.asked")); this.refreshSide(); }));
  }

  promise() {
    const ticket = this.page.opened()?.ticket;
    if (!ticket || !this.side) return;
    promiseForm(ticket, this.side.may_promise_kopecks, (status) => { toast(say(status === "asked" ? "did.promise_asked" : "did.promised")); this.refreshSide(); });
  }

  async reopen() {
    const ticket = this.page.opened()?.ticket;
    if (ticket?.status !== "closed") return;
    try {
      await post(`/tickets/${ticket.id}/reopen`);
      toast(say("did.reopened"));
    } catch (error) {
      this.page.failed(error);
    }
    this.page.refresh();
    this.refreshSide();
  }

  /** Saves a note; its words come back where that fails. */
  async note(ticket, text) {
    const mentions = this.people.filter((each) => text.includes(`@${each.display_name}`)).map((each) => each.id);
    try {
      await post(`/tickets/${ticket}/note`, { text, mentions, client_id: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` });
    } catch (error) {
      this.page.composer.giveBack(ticket, text);
      this.page.failed(error);
    }
    this.page.refresh();
  }

  // Words --------------------------------------------------------------------------------------------

  openCanned() {
    const { composer } = this.page;
    if (!composer.mayReply) return;
    composer.focus();
    const { selectionStart: at, value } = composer.box;
    composer.put(at > 0 && !/\s/.test(value[at - 1]) ? " /" : "/");
  }

  async canned(query) {
    const list = await this.learnReplies(this.page.composer.ticket);
    return list.filter((each) => fits(query, each.title, each.group, each.text));
  }

  /** Asked once for a ticket and a language, by whoever needs them first. */
  learnReplies(id) {
    const language = document.documentElement.lang;
    const key = `${id}|${language}`;
    if (this.repliesOf !== key) {
      this.repliesOf = key;
      this.replies = get(`/tickets/${id}/replies?reader=${language}`).then((found) => found.replies).catch((error) => {
        this.repliesOf = "";
        this.page.failed(error);
        return [];
      });
    }
    return this.replies;
  }

  async named(query) {
    if (!this.groups) await this.colleagues().catch(this.page.failed);
    return this.people.filter((each) => fits(query, each.display_name, each.name));
  }

  // Mentions -----------------------------------------------------------------------------------------

  async refreshMentions(news) {
    try {
      const found = await get("/mentions");
      this.mentions = found.mentions;
      $("mentions").hidden = !found.mentions.length;
      $("mentions").textContent = found.unseen ? `@ ${found.unseen}` : "@";
      $("mentions").setAttribute("aria-label", `${say("mention.title")}: ${found.unseen}`);
      $("mentions").classList.toggle("fresh", found.unseen > 0);
      const last = found.mentions[0];
      // The line repeats itself every half minute; only what is new is worth a word.
      const fresh = found.unseen > (this.unseen ?? found.unseen);
      this.unseen = found.unseen;
      if (news && fresh) toast(say("mention.news", { name: last.by.display_name, customer: customerName(last.customer) }));
    } catch (error) {
      this.page.failed(error);
    }
  }

  showMentions() {
    const dialog = $("dialog");
    dialog.onclose = null;
    dialog.replaceChildren(
      h("h2", { id: "dialog-title" }, say("mention.title")),
      h("ul", { class: "mention-list" }, this.mentions.map((each) =>
        h("li", {}, h("button", { type: "button", class: each.seen ? "" : "fresh", onclick: () => { dialog.close(); this.page.select(each.ticket); } },
          h("strong", {}, customerName(each.customer)), h("span", {}, `${each.by.display_name}, ${dayName(each.at)}, ${clockTime(each.at)}`))))),
      h("div", { class: "dialog-actions" }, h("button", { type: "button", class: "primary", autofocus: true, onclick: () => dialog.close() }, say("action.got_it"))));
    dialog.showModal();
  }
}

function cannedLine(each) {
  return [h("span", { class: "pick-head" }, h("strong", {}, each.title), h("span", { class: "pick-group" }, each.own ? say("replies.mine") : each.group)), h("span", { class: "pick-text" }, each.text)];
}
