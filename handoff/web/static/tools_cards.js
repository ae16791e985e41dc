// Cards of what belongs to a conversation beside its history: how it came, requests, compensation.
import { post } from "/shared/api.js";
import { h } from "/shared/dom.js";
import { clockTime, customerName, dayName, say } from "/shared/words.js";
import { answerForm, money, own } from "./tools_forms.js";

const when = (iso) => `${dayName(iso)}, ${clockTime(iso)}`;
const name = (who) => who?.display_name ?? "";

/** What a colleague wrote when passing the conversation on. */
export function briefCard(transfer, read) {
  return h("section", { class: "card brief" },
    h("p", { class: "card-head" }, say("side.passed_by", { name: transfer.name }), h("span", { class: "spring" }), h("button", { type: "button", class: "small quiet", onclick: read }, say("action.got_it"))),
    transfer.note && h("p", { class: "card-words" }, transfer.note));
}

/** A request to another group; `after` runs when something changed. */
export function requestCard(request, { me, groups, after, link }) {
  const group = groups.find((each) => each.id === request.group);
  const mine = request.holder?.id === me.id;
  const open = request.status === "open" || (request.status === "taken" && mine);
  const act = (work) => () => work().then(after, after.failed);
  const settle = (done) => () => answerForm({
    title: say(done ? "side.done_title" : "side.decline_title"),
    words: say(done ? "side.answer_optional" : "side.answer"),
    yes: say(done ? "act.done" : "act.decline"), required: !done, danger: !done,
    save: async (answer) => { await post(`/requests/${request.id}/settle`, { done, answer }); after(); },
  });
  return h("section", { class: `card request ${request.status}` },
    h("p", { class: "card-head" },
      h("span", { class: "chip strong" }, say("side.to_group", { name: group ? own(group) : request.group })),
      h("span", { class: "chip" }, request.status === "taken" ? say("side.status_taken", { name: name(request.holder) }) : say(`side.status_${request.status}`)),
      h("span", { class: "card-when" }, `${name(request.by)}, ${when(request.at)}`)),
    h("p", { class: "card-words" }, request.text),
    request.answer && h("p", { class: "card-answer" }, `${name(request.holder)}: ${request.answer}`),
    (open || link) && h("div", { class: "card-actions" },
      link && h("a", { href: `/desk#ticket/${request.ticket}` }, customerName(request.customer)),
      h("span", { class: "spring" }),
      request.status === "open" && h("button", { type: "button", class: "small", onclick: act(() => post(`/requests/${request.id}/take`)) }, say("act.take_request")),
      open && h("button", { type: "button", class: "small", onclick: settle(false) }, say("act.decline")),
      open && h("button", { type: "button", class: "small primary", onclick: settle(true) }, say("act.done"))));
}

/** Compensation; a lead decides right there. */
export function promiseCard(promise, { after, link }) {
  const decide = (approve) => () => answerForm({
    title: say(approve ? "side.approve_title" : "side.decline_title", { amount: money(promise.kopecks) }),
    words: say(approve ? "side.answer_optional" : "side.answer"),
    yes: say(approve ? "act.approve" : "act.decline"), required: !approve, danger: !approve,
    save: async (note) => { await post(`/promises/${promise.id}/decide`, { approve, note }); after(); },
  });
  return h("section", { class: `card promise ${promise.status}` },
    h("p", { class: "card-head" },
      h("strong", {}, say("side.compensation", { amount: money(promise.kopecks) })),
      h("span", { class: "chip" }, say(`side.promise_${promise.status}`, { name: name(promise.decided_by) })),
      h("span", { class: "card-when" }, `${name(promise.by)}, ${when(promise.at)}`)),
    h("p", { class: "card-words" }, promise.why),
    promise.note && h("p", { class: "card-answer" }, `${name(promise.decided_by)}: ${promise.note}`),
    (promise.may_decide || link) && h("div", { class: "card-actions" },
      link && h("a", { href: `/desk#ticket/${promise.ticket}` }, customerName(promise.customer)),
      h("span", { class: "spring" }),
      promise.may_decide && h("button", { type: "button", class: "small", onclick: decide(false) }, say("act.decline")),
      promise.may_decide && h("button", { type: "button", class: "small primary", onclick: decide(true) }, say("act.approve"))));
}
