"""The one owner of Redis key formats, for Python and for the Lua scripts alike.

`ref` names a chat on a channel account: `account:chat_id` (an account has no colon, see `config.yml`).
"""

from __future__ import annotations

from functools import cache

FORMATS: dict[str, str] = {
    "claim": "claim:{account}:{external_id}",
    "conversation": "conv:{ref}",
    "inbox": "inbox:{ref}",
    "work": "work",
    "events": "events",
    "out": "out:{id}",
    "out_chat": "outq:{ref}",
    "ready": "ready:{account}:{priority}",
    "sending": "sending:{account}",
    "rate": "rate:{account}",
    "queue": "queue",
    "tickets": "tickets",
    "ticket": "ticket:{id}",
    "mine": "mine:{operator}",
    "ticket_sequence": "seq:ticket",
    "customer": "customer:{account}:{user_id}",
    "talking": "talking",
    "notify": "notify",
    "webchat": "webchat:{chat_id}",
    "websession": "websession:{token_hash}",
    "webrate": "webrate:{chat_id}",
    "desk_session": "desk:{token_hash}",
    "desk_sessions": "desksessions:{operator}",
    "api_rate": "apirate:{token}",
    "desk_failures": "deskfail:{name}",
    "leader": "leader:{name}",
    "kb_active": "kb:active",
    "kb_changed": "kb:changed",
    "kb_publish": "kb:publish",
    "stores": "stores",
    "split": "split",
    "split_moves": "split:moves",
    "floor": "floor",
    "waits": "waits",
    "rating": "rating:{ref}",
    "rating_asked": "ratingasked:{customer}",
    "snoozed": "snoozed",
    "links": "links:{id}",
    "once": "once:{id}",
    "seen": "seen:{operator}",
    "looking": "looking:{ticket}",
    "typing": "typing:{ticket}",
    "customer_typing": "ctyping:{ref}",
    "operator_typing": "otyping:{ref}",
    "desks": "desks",
    "presence": "presence",
    "idle": "idle",
    "offers": "offers",
    "offered": "offered:{operator}",
}
"""Name of a key → what follows the prefix; `{…}` are its arguments, in order."""


class Keys:
    """Builds keys: `Keys("duet")("inbox", ref="telegram:42")` → `duet:inbox:telegram:42`."""

    def __init__(self, prefix: str) -> None:
        """`prefix` separates deployments that share one Redis."""
        self.prefix = prefix

    def __call__(self, name: str, /, **arguments: str | int) -> str:
        """The key called `name`.

        Raises:
            KeyError: no such key, or an argument is missing.
        """
        return f"{self.prefix}:{FORMATS[name].format(**arguments)}"


def ref_of(account: str, chat_id: str) -> str:
    """Name of a chat in keys."""
    return f"{account}:{chat_id}"


def split_ref(ref: str) -> tuple[str, str]:
    """Account and chat id of a `ref`."""
    account, _, chat_id = ref.partition(":")
    return account, chat_id


@cache
def lua_keys(prefix: str) -> str:
    """Lua functions that build the same keys: `K.inbox(ref)`."""
    lines = ["local K = {}"]
    for name, pattern in FORMATS.items():
        arguments = [part.split("}")[0] for part in pattern.split("{")[1:]]
        body = '"' + pattern.replace("{", '" .. ').replace("}", ' .. "') + '"'
        lines.append(f'function K.{name}({", ".join(arguments)}) return "{prefix}:" .. {body} end')
    return "\n".join(lines)
