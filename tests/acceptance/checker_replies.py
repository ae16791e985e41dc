"""The half of the checker that follows replies: from the outbox to the customer, once, in order."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from tests.acceptance.evidence import Archive, Arrived, Log, Step, Turn
from tests.acceptance.findings import Fault, Owners, chats

FINAL = frozenset({"sent", "cancelled", "failed", "unknown"})
SPLIT = 1000
"""Letters from which a message may be a part: the vendor's limit is 4,096 characters of any kind."""
CLOCKS_MS = 50
"""Two processes of one machine read the clock; the store's is asked a little before the vendor's."""


class Deliveries:
    """Which message a customer received belongs to which reply.

    The vendor's id, where the desk learned it, says so. A reply whose fate is unknown takes the message with
    its words. A reply may need several messages (places, buttons of their own): what arrives between its
    first message and its settling, and is nobody's beginning, is its continuation. What is left over reached
    the customer without any reply to account for it, or once too often.
    """

    def __init__(self, log: Log, archive: Archive) -> None:
        self.first: dict[str, Arrived] = {}
        self.unexplained: list[Arrived] = []
        self._steps: dict[str, list[Step]] = defaultdict(list)
        for step in archive.steps:
            self._steps[step.out_id].append(step)
        arrived: dict[str, list[Arrived]] = defaultdict(list)
        for message in log.arrived:
            arrived[message.chat].append(message)
        spoken = chats(turn for turn in archive.turns if turn.out_id)
        for chat, messages in arrived.items():
            self._attribute(messages, spoken.get(chat, []))

    def steps(self, out_id: str) -> list[Step]:
        """Steps of a reply in order."""
        return self._steps[out_id]

    def status(self, out_id: str) -> str:
        """How it stands with a reply at the end."""
        return self._steps[out_id][-1].status if self._steps[out_id] else "unaccounted"

    def vendor_id(self, out_id: str) -> str:
        """The vendor's id of its first message, where the desk has learned it."""
        return next((step.vendor_id for step in self._steps[out_id] if step.vendor_id), "")

    def in_flight(self, archive: Archive, owners: Owners) -> list[int]:
        """Milliseconds after which replies of the bot arrived although the conversation had left it."""
        late = []
        for turn in archive.turns:
            message = self.first.get(turn.out_id)
            if turn.author != "bot" or message is None:
                continue
            change = owners.left_bot(turn.conversation, turn.event)
            if change is not None and message.at_ms > change.at_ms:
                late.append(message.at_ms - change.at_ms)
        return late

    def _attribute(self, messages: list[Arrived], replies: list[Turn]) -> None:
        by_id = {self.vendor_id(turn.out_id): turn for turn in replies if self.vendor_id(turn.out_id)}
        open_ends = [turn for turn in replies if not self.vendor_id(turn.out_id)]
        current: Turn | None = None
        shown: set[tuple[str, str]] = set()
        for message in messages:
            turn = by_id.pop(message.message_id, None) or self._by_words(message, open_ends)
            part = (message.method, message.text)
            if turn is not None:
                self.first[turn.out_id] = message
                current, shown = turn, {part}
            elif current and part not in shown and self._continues(message, current, replies):
                shown.add(part)
            else:
                self.unexplained.append(message)

    def _by_words(self, message: Arrived, replies: list[Turn]) -> Turn | None:
        """The first reply of unknown fate that was claimed before and begins with these words; used up."""
        for turn in replies:
            claimed = [step for step in self._steps[turn.out_id] if step.status == "sending"]
            ended = self.status(turn.out_id) in ("unknown", "sending")
            before = claimed and claimed[0].at_ms <= message.at_ms + CLOCKS_MS
            if ended and before and begins(turn.text, message.text):
                replies.remove(turn)
                return turn
        return None

    def _continues(self, message: Arrived, current: Turn, replies: list[Turn]) -> bool:
        settled = [step for step in self._steps[current.out_id] if step.status in FINAL]
        in_time = not settled or message.at_ms <= settled[-1].at_ms
        return in_time and not any(begins(turn.text, message.text) for turn in replies)


def begins(whole: str, part: str) -> bool:
    """True if a message is a reply written in Markdown, or the first part of one that is long."""
    written, shown = bare(whole), bare(part)
    return bool(shown) and (written == shown or (len(shown) >= SPLIT and written.startswith(shown)))


def bare(text: str) -> str:
    """Letters and digits only: what is left of a text whatever the styling."""
    unlinked = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return "".join(letter for letter in unlinked if letter.isalnum()).lower()


def check_replies(log: Log, archive: Archive, deliveries: Deliveries, owners: Owners) -> Iterator[Fault]:
    """All that can be wrong with replies."""
    spoken = [turn for turn in archive.turns if turn.out_id]
    yield from _accounted(spoken, archive, deliveries)
    yield from _arrived(log, spoken, deliveries)
    yield from _reply_order(spoken, deliveries)
    yield from _silence(spoken, deliveries, owners)


def _accounted(spoken: list[Turn], archive: Archive, deliveries: Deliveries) -> Iterator[Fault]:
    """Each reply is one turn and has come to an end, once."""
    known: set[str] = set()
    for turn in spoken:
        if turn.out_id in known:
            yield Fault("reply written twice", turn.out_id)
        known.add(turn.out_id)
        statuses = [step.status for step in deliveries.steps(turn.out_id)]
        if not statuses or statuses[-1] not in FINAL:
            yield Fault("reply stuck", f"{turn.out_id}: {statuses[-1] if statuses else 'unaccounted'}")
        ends = [status for status in statuses if status in FINAL]
        if len(ends) > 1 and ends != ["unknown", "sent"]:
            yield Fault("reply settled twice", f"{turn.out_id}: {ends}")
    for out_id in {step.out_id for step in archive.steps} - known:
        yield Fault("delivery without a reply", out_id)


def _arrived(log: Log, spoken: list[Turn], deliveries: Deliveries) -> Iterator[Fault]:
    """What the desk calls sent has arrived, what it calls cancelled has not, and nothing came twice."""
    for turn in spoken:
        message, status = deliveries.first.get(turn.out_id), deliveries.status(turn.out_id)
        if status == "sent" and message is None:
            yield Fault("called sent but never arrived", turn.out_id)
        if status == "cancelled" and message is not None:
            yield Fault("called cancelled but arrived", turn.out_id)
        if message is not None and not begins(turn.text, message.text):
            yield Fault("another text arrived", f"{turn.out_id}: message {message.message_id}")
    texts: dict[str, list[str]] = defaultdict(list)
    for turn in spoken:
        texts[turn.chat].append(turn.text)
    for message in deliveries.unexplained:
        ours = any(begins(text, message.text) for text in texts[message.chat])
        kind = "reply arrived twice or uncalled for" if ours else "message nobody sent"
        yield Fault(kind, f"chat {message.chat}: message {message.message_id}")


def _reply_order(spoken: list[Turn], deliveries: Deliveries) -> Iterator[Fault]:
    """In each chat replies arrive in the order in which they were written."""
    for chat, turns in chats(spoken).items():
        last = -1
        for turn in turns:
            message = deliveries.first.get(turn.out_id)
            if message is not None and message.place < last:
                yield Fault("replies out of order", f"chat {chat}: {turn.out_id}")
            last = max(last, message.place if message else -1)


def _silence(spoken: list[Turn], deliveries: Deliveries, owners: Owners) -> Iterator[Fault]:
    """The bot neither writes nor begins to send while it does not have the conversation."""
    for turn in spoken:
        if turn.author != "bot":
            continue
        owner = owners.at(turn.conversation, turn.event)
        if owner != "bot":
            yield Fault("bot wrote after a take", f"{turn.out_id} while {owner} had it")
        for step in deliveries.steps(turn.out_id):
            owner = owners.at(turn.conversation, step.event)
            if step.status == "sending" and owner != "bot":
                yield Fault("bot reply left after a take", f"{turn.out_id} while {owner} had it")
