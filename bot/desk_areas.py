"""Composes the desk's areas: pages beside the conversations, and the work that goes on behind them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncEngine

from core.auth import ROLES, Role
from core.auth_accounts import Accounts
from core.auth_operators import Operators
from core.auth_sessions import Sessions
from core.auth_signin import SignIn
from core.web.area import ADMINISTRATORS, Area
from core.web.frame import Frame
from core.web.guard import DESK_ROLES, Guard
from handoff.auditing.reading import Audit
from handoff.auditing.web import AuditArea
from handoff.people.account import AccountArea
from handoff.people.web import PeopleArea

if TYPE_CHECKING:
    from bot.app import App

Job = Callable[[asyncio.Event], Awaitable[None]]
"""Runs until the event is set; several processes run it, so it asks for a leader's lease first."""


@dataclass(frozen=True, slots=True)
class DeskParts:
    """What areas are made of: the frame of their pages, accounts and sessions."""

    frame: Frame
    sign_in: SignIn
    operators: Operators
    sessions: Sessions

    def guard(self, roles: Collection[Role] = DESK_ROLES) -> Guard:
        """Lets these roles in."""
        return Guard(self.sign_in, frozenset(roles))


def desk_areas(app: App, parts: DeskParts) -> list[Area]:
    """The areas of the desk, in the order of the menu."""
    return people_areas(app.engine, parts, behind_tls=app.config.web.behind_tls)


def people_areas(engine: AsyncEngine, parts: DeskParts, *, behind_tls: bool) -> list[Area]:
    """Accounts, one's own account and the audit."""
    accounts = Accounts(engine, parts.operators)
    return [
        PeopleArea(
            frame=parts.frame,
            guard=parts.guard(ADMINISTRATORS),
            operators=parts.operators,
            accounts=accounts,
            sessions=parts.sessions,
        ),
        AccountArea(
            frame=parts.frame,
            guard=parts.guard(ROLES),
            sign_in=parts.sign_in,
            operators=parts.operators,
            accounts=accounts,
            sessions=parts.sessions,
            behind_tls=behind_tls,
        ),
        AuditArea(frame=parts.frame, guard=parts.guard(ADMINISTRATORS), audit=Audit(engine)),
    ]


def desk_jobs(app: App) -> Mapping[str, Job]:
    """Work beside the conversations, by name: what watches due times, sends notices, and the like."""
    return {}
