// Forms in the dialog. What was typed stays until the server took it; a fault is said in the form.
import { post } from "/shared/api.js";
import { $, h } from "/shared/dom.js";
import { say } from "/shared/words.js";

/** Opens a form; `save(values)` may throw, then the form stays. */
export function openForm({ title, lead = "", fields, yes, danger = false, save }) {
  const dialog = $("dialog");
  const fault = h("p", { class: "form-fault", role: "alert", hidden: true });
  const button = h("button", { type: "submit", class: danger ? "primary danger" : "primary", id: "form-yes" }, yes);
  const form = h("form", { class: "fields", novalidate: true },
    fields, fault,
    h("div", { class: "dialog-actions" }, h("button", { type: "button", onclick: () => dialog.close() }, say("action.cancel")), button));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const missing = form.querySelector(":invalid");
    if (missing) {
      say_(say("ask.missing"));
      missing.setAttribute("aria-invalid", "true");
      return missing.focus();
    }
    button.disabled = true;
    try {
      await save(Object.fromEntries(new FormData(form)));
      dialog.close();
    } catch (error) {
      if (error.status === undefined) throw error;
      say_(error.words);
    } finally {
      button.disabled = false;
    }
  });
  form.addEventListener("input", (event) => event.target.removeAttribute("aria-invalid"));
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  const say_ = (words) => { fault.textContent = words; fault.hidden = false; };
  dialog.onclose = null;
  dialog.replaceChildren(h("h2", { id: "dialog-title" }, title), lead && h("p", { class: "form-lead" }, lead), form);
  dialog.showModal();
  (form.querySelector("[autofocus]") ?? button).focus();
}

/** A labelled field. */
export function field(id, words, control, hint = "") {
  control.id = `form-${id}`;
  control.setAttribute("name", id);
  return h("div", { class: "field" }, h("label", { for: `form-${id}` }, words), control, hint && h("span", { class: "hint" }, hint));
}

export const own = (each) => each[document.documentElement.lang] || each.ru || each.en || each.id || "";

export const money = (kopecks) =>
  new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: "RUB", minimumFractionDigits: kopecks % 100 ? 2 : 0 }).format(kopecks / 100);

/** Kopecks of what somebody typed, such as `1 500,50`; null where that is no amount. */
export function kopecks(text) {
  const match = /^(\d{1,7})(?:[.,](\d{1,2}))?$/.exec(text.replace(/[\s\u00a0₽]|руб\.?|р\.?$/g, ""));
  return match ? Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0")) : null;
}

export function closeForm(ticket, closing, done) {
  const options = (list, chosen = "") => list.map((each) => h("option", { value: each.id, selected: each.id === chosen }, own(each)));
  const topic = h("select", { required: closing.topic_required, autofocus: closing.topic_required },
    h("option", { value: "" }, say("ask.choose")), options(closing.topics, ticket.topic));
  openForm({
    title: say("dialog.close_title"),
    lead: say("dialog.close_text"),
    fields: [
      field("reason", say("ask.reason"), h("select", {}, options(closing.reasons))),
      field("topic", say(closing.topic_required ? "ask.topic" : "ask.topic_optional"), topic),
    ],
    yes: say("action.close"),
    danger: true,
    save: async ({ reason, topic: about }) => { await post(`/tickets/${ticket.id}/close`, { reason, topic: about }); done(); },
  });
}

export function transferForm(ticket, { people, groups }, done) {
  const person = (each) => h("option", { value: `person:${each.id}` }, `${each.here ? "●" : "○"} ${each.display_name}${each.here ? "" : ` (${say("ask.away")})`}`);
  const choice = h("select", { required: true, autofocus: true }, h("option", { value: "" }, say("ask.choose")),
    h("optgroup", { label: say("ask.people") }, people.map(person)),
    h("optgroup", { label: say("ask.groups") }, groups.map((each) => h("option", { value: `group:${each.id}` }, own(each)))));
  openForm({
    title: say("ask.transfer_title"),
    lead: say("ask.transfer_text"),
    fields: [field("to", say("ask.to"), choice), field("note", say("ask.transfer_note"), h("textarea", { rows: 3, maxlength: 2000 }))],
    yes: say("action.transfer"),
    save: async ({ to, note }) => {
      const [kind, id] = to.split(":");
      await post(`/tickets/${ticket.id}/transfer`, { kind, to: id, note, holder: ticket.operator?.id ?? "" });
      done();
    },
  });
}

export function requestForm(ticket, { groups }, done) {
  openForm({
    title: say("ask.request_title"),
    lead: say("ask.request_text"),
    fields: [
      field("group", say("ask.group"), h("select", { required: true }, groups.map((each) => h("option", { value: each.id }, own(each))))),
      field("text", say("ask.request_words"), h("textarea", { rows: 4, maxlength: 2000, required: true, autofocus: true })),
    ],
    yes: say("act.ask"),
    save: async (values) => { await post(`/tickets/${ticket.id}/requests`, values); done(); },
  });
}

export function promiseForm(ticket, may, done) {
  const amount = h("input", { inputmode: "decimal", autocomplete: "off", required: true, autofocus: true, maxlength: 14 });
  const button = () => $("form-yes");
  amount.addEventListener("input", () => {
    const wanted = kopecks(amount.value);
    amount.setCustomValidity(wanted ? "" : "amount");
    button().textContent = say(wanted > may ? "act.ask_lead" : "act.promise");
  });
  openForm({
    title: say("ask.promise_title"),
    lead: say("ask.promise_text", { amount: money(may) }),
    fields: [
      field("amount", say("ask.amount"), amount, say("ask.amount_hint")),
      field("why", say("ask.why"), h("textarea", { rows: 3, maxlength: 2000, required: true })),
    ],
    yes: say("act.promise"),
    save: async ({ amount: text, why }) => done((await post(`/tickets/${ticket.id}/promises`, { kopecks: kopecks(text), why })).status),
  });
}

/** A word that goes with an answer to a request or a decision. */
export function answerForm({ title, words, yes, required, danger, save }) {
  openForm({
    title,
    fields: [field("note", words, h("textarea", { rows: 3, maxlength: 2000, required, autofocus: true }))],
    yes, danger,
    save: ({ note }) => save(note),
  });
}
