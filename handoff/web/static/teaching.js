// What the operator's keys and buttons teach, on the conversation that is open.
import { toast } from "/shared/notices.js";
import { say } from "/shared/words.js";
import * as lessons from "./lessons.js";

/** `desk` gives what belongs to the page: key, isMine, lockedBecause, change and failed. */
export function teaching({ state, composer, search, desk }) {
  const candidates = () => state.opened?.packet?.candidates ?? [];
  const languageOf = (opened) => opened?.ticket?.language || opened?.conversation?.language || document.documentElement.lang;

  function taught(mine) {
    return {
      mine,
      question: lessons.handedOver(state.opened),
      chosen: state.chosen[desk.key()] ?? "",
      insert: (n) => insertCandidate(n),
      choose: (n) => chooseArticle(lessons.handedOver(state.opened), candidates()[n]),
      judge,
      which,
    };
  }

  /** An article's text goes into the composer, and with it what the reply will teach. */
  async function insert(article, question) {
    if (!desk.isMine()) return toast(state.opened ? desk.lockedBecause() : say("empty.title"), true);
    const ticket = state.opened.ticket.id;
    try {
      const found = await lessons.textOf(article, languageOf(state.opened));
      if (state.opened?.ticket?.id !== ticket) return; // another conversation was opened meanwhile
      composer.insert(found.text, question && { turn: question.id, article, title: found.title, words: lessons.short(question.text) });
      if (found.internal) toast(say("teach.internal_inserted"), true);
    } catch (error) {
      desk.failed(error);
    }
  }

  function insertCandidate(n) {
    const wanted = candidates()[n];
    if (wanted) insert(wanted.article, lessons.handedOver(state.opened));
  }

  function chooseArticle(question, article) {
    if (!question || !article) return;
    const at = desk.key();
    desk.change(async () => {
      await lessons.choose(state.opened, question, article.article, article.title || article.article);
      state.chosen[at] = article.article;
    });
  }

  const judge = (turn, right) => desk.change(() => lessons.judge(state.opened, turn, right));

  /** With the keys: the bot's last answer, and where it gave none, its first candidate. */
  function judgeLast(right) {
    const answer = lessons.lastAnswer(state.opened);
    if (answer) return judge(answer, right);
    const question = lessons.handedOver(state.opened);
    if (!question || !candidates().length) return;
    if (right) chooseArticle(question, candidates()[0]);
    else judge(question, false);
  }

  /** After "wrong": which article would have been right? */
  function which(turn) {
    const question = lessons.questionOf(state.opened, turn);
    if (question) find(question, null);
  }

  /** The search panel for a message; without `insert` it only asks which article is the right one. */
  function find(question, into) {
    search.open({
      language: languageOf(state.opened),
      text: question?.text.slice(0, 200) ?? "",
      about: question ? say("search.about", { words: lessons.short(question.text) }) : "",
      insert: into,
      choose: question ? (article) => chooseArticle(question, article) : null,
    });
  }

  function searchArticles() {
    const question = lessons.lastAsked(state.opened);
    find(question, desk.isMine() ? (article) => insert(article.article, question) : null);
  }

  return { taught, insertCandidate, judgeLast, searchArticles };
}
