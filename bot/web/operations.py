"""Every operation other programs may call: the list from which the API's description is made."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import BaseModel

from bot.channels.webchat.bodies import (
    AcceptedAnswer,
    MessageBody,
    MessagesAnswer,
    SessionAnswer,
    SessionBody,
)
from bot.web import shapes, shapes_kb, shapes_tools
from handoff.tools.web.asides import AskBody, PromiseBody
from handoff.tools.web.moves import NoteBody, TransferBody
from handoff.web.bodies import CloseBody, Login, ReplyBody, ResendBody, VerdictBody
from knowledge_base.phrases import STATUSES
from knowledge_base.web.api import DecideBody

Access = Literal["none", "chat", "desk", "desk_change", "token"]

READ = (401, 403, 503)
CHANGE = (400, 401, 403, 404, 409, 413, 422, 503)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the query; `schema` is its JSON schema."""

    name: str
    about: str
    schema: dict[str, object]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path; `answer` None means text, `body` None means no body.

    `errors` are the statuses it may refuse with, `also` further statuses with the same answer.
    """

    method: str
    path: str
    name: str
    about: str
    answer: type[BaseModel] | None
    body: type[BaseModel] | None = None
    status: int = 200
    access: Access = "none"
    errors: tuple[int, ...] = ()
    also: tuple[int, ...] = ()
    body_required: bool = True
    query: tuple[Parameter, ...] = field(default=())

    @property
    def tag(self) -> str:
        """The part it belongs to."""
        return {"chat": "Web chat", "desk": "Desk", "kb": "Knowledge base", "api": "For programs"}.get(
            self.path.split("/")[1], "Process"
        )


_AFTER = Parameter(
    "after", "Id of the last message known; none: from the beginning", {"type": "string", "default": "0"}
)
_WAIT = Parameter(
    "wait_s",
    "Seconds to wait for a message where there is none; the server waits no longer than it allows",
    {"type": "number", "minimum": 0, "default": 0},
)
_TYPING = Parameter(
    "typing",
    "Whether the page shows an operator typing; a change is told",
    {"type": "string", "enum": ["0", "1"]},
)
_VIEW = Parameter(
    "view", "Which tickets", {"type": "string", "enum": ["waiting", "mine", "all"], "default": "waiting"}
)

PROCESS = (
    Operation(
        "get", "/healthz", "health", "How the process is doing; 200 while it can take messages.",
        shapes.HealthAnswer, also=(503,),
    ),
    Operation("get", "/metrics", "metrics", "Numbers for Prometheus.", None, errors=(503,)),
)  # fmt: skip

CHAT = (
    Operation(
        "post", "/chat/api/sessions", "openSession", "Open a session: the conversation of one browser.",
        SessionAnswer, SessionBody, body_required=False, errors=(400, 413, 422, 429, 503),
    ),
    Operation(
        "post", "/chat/api/messages", "sendMessage",
        "Send exactly one of text, location, contact or button; the same `client_id` twice is one message.",
        AcceptedAnswer, MessageBody, 202, "chat", (400, 401, 413, 422, 429, 503),
    ),
    Operation(
        "get", "/chat/api/messages", "readMessages", "Messages after one, waiting for them where asked to.",
        MessagesAnswer, access="chat", errors=(401, 422, 503), query=(_AFTER, _WAIT, _TYPING),
    ),
    Operation(
        "post", "/chat/api/typing", "customerTypes", "The customer is writing; people see it for 6 s.",
        shapes.DoneAnswer, access="chat", errors=(401, 503),
    ),
)  # fmt: skip

DESK = (
    Operation(
        "post", "/desk/api/login", "signIn", "Sign in: sets the session cookie.",
        shapes.SignedInAnswer, Login, errors=(400, 401, 403, 413, 422, 429, 503),
    ),
    Operation(
        "post", "/desk/api/logout", "signOut", "End this session.",
        shapes.DoneAnswer, access="desk_change", errors=(401, 403, 503),
    ),
    Operation(
        "get", "/desk/api/me", "whoAmI", "Who is signed in.",
        shapes.SignedInAnswer, access="desk", errors=(401, 503),
    ),
    Operation(
        "get", "/desk/api/tickets", "listTickets", "Tickets of a view.",
        shapes.TicketsAnswer, access="desk", errors=(*READ, 422), query=(_VIEW,),
    ),
    Operation(
        "get", "/desk/api/tickets/{id}", "showTicket", "A ticket with its packet and turns.",
        shapes.TicketAnswer, access="desk", errors=(*READ, 404),
    ),
    Operation(
        "post", "/desk/api/tickets/{id}/take", "takeTicket",
        "Take a ticket; 409 names who has it. From now on the bot is silent.",
        shapes.TakenAnswer, access="desk_change", errors=CHANGE,
    ),
    Operation(
        "post", "/desk/api/tickets/{id}/return", "returnTicket", "Give the conversation back to the bot.",
        shapes.DoneAnswer, access="desk_change", errors=CHANGE,
    ),
    Operation(
        "post", "/desk/api/tickets/{id}/close", "closeTicket", "End the conversation.",
        shapes.DoneAnswer, CloseBody, access="desk_change", body_required=False, errors=CHANGE,
    ),
    Operation(
        "post", "/desk/api/tickets/{id}/reply", "reply", "Write to the customer.",
        shapes.QueuedAnswer, ReplyBody, access="desk_change", errors=CHANGE,
    ),
    Operation(
        "post", "/desk/api/tickets/{id}/resend", "resend", "Send once more what failed or is unknown.",
        shapes.QueuedAnswer, ResendBody, access="desk_change", errors=CHANGE,
    ),
    Operation(
        "post", "/desk/api/tickets/{id}/read", "markRead", "Everything so far has been read.",
        shapes.DoneAnswer, access="desk_change", errors=CHANGE,
    ),
    Operation(
        "get", "/desk/api/conversations", "listConversations", "Conversations the bot has.",
        shapes.TalksAnswer, access="desk", errors=READ,
    ),
    Operation(
        "get", "/desk/api/conversations/{id}", "showConversation", "One of them with its history.",
        shapes.TalkAnswer, access="desk", errors=(*READ, 404),
    ),
    Operation(
        "post", "/desk/api/conversations/{id}/take", "joinConversation", "Join it: the bot falls silent.",
        shapes.JoinedAnswer, access="desk_change", errors=CHANGE,
    ),
)  # fmt: skip

_FOR_PROGRAMS = ("", "/{id}", "/{id}/take", "/{id}/return", "/{id}/close", "/{id}/reply")
PROGRAMS = tuple(
    replace(
        each,
        path=each.path.replace("/desk/api", "/api/v1"),
        name=f"{each.name}ByToken",
        access="token",
        errors=tuple(sorted({*each.errors, 429})),
    )
    for each in DESK
    if each.path in {f"/desk/api/tickets{end}" for end in _FOR_PROGRAMS}
)
"""The same for other programs, with a token in place of a session."""

_TEXT = Parameter("text", "A phrase to search by", {"type": "string", "default": ""})
_LANGUAGE = Parameter(
    "language", "Preferred language", {"type": "string", "enum": ["ru", "en"], "default": "ru"}
)
_STATUS = Parameter("status", "Which phrases", {"type": "string", "enum": [*STATUSES], "default": "pending"})

TEACHING = (
    Operation(
        "get", "/desk/api/articles", "searchArticles",
        "Articles for a phrase, internal ones included and marked.",
        shapes_kb.FoundAnswer, access="desk", errors=READ, query=(_TEXT, _LANGUAGE),
    ),
    Operation(
        "get", "/desk/api/articles/{article}", "showArticle", "An article's text as it may be sent.",
        shapes_kb.ArticleAnswer, access="desk", errors=(*READ, 404), query=(_LANGUAGE,),
    ),
    Operation(
        "post", "/desk/api/tickets/{id}/verdict", "judgeInTicket",
        "Say of a turn whether the bot was right, or which article answers it.",
        shapes.DoneAnswer, VerdictBody, access="desk_change", errors=CHANGE,
    ),
    Operation(
        "post", "/desk/api/conversations/{id}/verdict", "judgeInConversation",
        "The same in a conversation the bot has.",
        shapes.DoneAnswer, VerdictBody, access="desk_change", errors=CHANGE,
    ),
)  # fmt: skip

KNOWLEDGE_BASE = (
    Operation(
        "get", "/kb/api/me", "whoEdits", "Who is signed in.",
        shapes.SignedInAnswer, access="desk", errors=READ,
    ),
    Operation(
        "get", "/kb/api/phrases", "listPhrases",
        "Phrases of a status by article, each with the bot's present guess.",
        shapes_kb.PhrasesAnswer, access="desk", errors=(*READ, 422), query=(_STATUS,),
    ),
    *(
        Operation(
            "post", f"/kb/api/phrases/{verb}", f"{verb}Phrases", about,
            shapes_kb.ChangedAnswer, DecideBody, access="desk_change", errors=CHANGE,
        )
        for verb, about in (
            ("accept", "They become phrases of their article at the next publish."),
            ("reject", "They are asked about no more; accepted ones are taken back."),
            ("move", "They become phrases of another article at the next publish."),
        )
    ),
    Operation(
        "get", "/kb/api/articles", "listArticles", "Every article a phrase may be moved to.",
        shapes_kb.ArticlesAnswer, access="desk", errors=READ,
    ),
    Operation(
        "get", "/kb/api/publish", "publishProgress", "How far the publish is, or how the last one ended.",
        shapes_kb.PublishAnswer, access="desk", errors=READ,
    ),
    Operation(
        "post", "/kb/api/publish", "publish", "Begin to publish; 409 while somebody does so already.",
        shapes.DoneAnswer, None, 202, "desk_change", CHANGE,
    ),
)  # fmt: skip

_TICKET = "/desk/api/tickets/{id}"

TOOLS = (
    Operation(
        "post", f"{_TICKET}/note", "writeNote", "A note for colleagues; no customer ever gets it.",
        shapes_tools.NotedAnswer, NoteBody, access="desk_change", errors=CHANGE,
    ),
    Operation(
        "post", f"{_TICKET}/transfer", "transferTicket",
        "Pass a conversation on; refused unless `holder` still has it.",
        shapes.DoneAnswer, TransferBody, access="desk_change", errors=CHANGE,
    ),
    Operation(
        "post", f"{_TICKET}/reopen", "reopenTicket", "Go on with a conversation that was closed a while ago.",
        shapes.DoneAnswer, access="desk_change", errors=CHANGE,
    ),
    Operation(
        "post", f"{_TICKET}/requests", "askGroup", "Ask another group for something.",
        shapes_tools.MadeAnswer, AskBody, access="desk_change", errors=CHANGE,
    ),
    Operation(
        "post", f"{_TICKET}/promises", "promiseCompensation",
        "Promise compensation; above the limit it waits for a lead.",
        shapes_tools.PromisedAnswer, PromiseBody, access="desk_change", errors=CHANGE,
    ),
)  # fmt: skip

OPERATIONS = PROCESS + CHAT + DESK + TOOLS + PROGRAMS + TEACHING + KNOWLEDGE_BASE
