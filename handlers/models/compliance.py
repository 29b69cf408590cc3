"""Queries and views of the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import JsonValue

from handlers.runtime import Moment, Position, Principal, View
from premium.audit.service import Entry
from premium.errors import Forbidden, InvalidInput

READERS = ("admin", "compliance")
"""Roles that may read the entries of others."""

UserId = Annotated[UUID | None, Query(alias="userId", description="Another user's entries; administrators only")]
Day = Annotated[date | None, Query(description="Everybody's entries of one day (UTC); administrators only")]
Since = Annotated[Moment | None, Query(alias="from", description="The earliest beginning")]
Until = Annotated[Moment | None, Query(alias="to", description="The latest beginning")]
ActionPrefix = Annotated[
    str | None,
    Query(alias="action", min_length=1, max_length=100, description="How the action begins: `DELETE /v1/users`"),
]


class ActorView(View):
    """The user, key or operator that changed something."""

    kind: Literal["user", "key", "operator", "system", "anonymous"]
    id: str
    """The user's id, also where a key was used; `operator:<name>`, `system`, `anonymous`."""
    key_id: UUID | None
    roles: tuple[str, ...]


class AuditEntryView(View):
    """One change and its outcome."""

    id: UUID
    time: datetime
    ended_at: datetime | None
    actor: ActorView
    action: str
    targets: tuple[str, ...]
    """Ids of what was changed."""
    outcome: Literal["done", "refused", "failed", "unknown"]
    """`unknown`: under way, or ended without a word."""
    code: str | None
    changes: Mapping[str, JsonValue]
    request_id: str
    address: str
    user_agent: str

    @classmethod
    def of(cls, entry: Entry) -> AuditEntryView:
        """Return the view of an entry."""
        same = entry.model_dump(exclude={"actor", "name", "security"})
        actor = ActorView.model_validate(entry.actor.model_dump())
        return cls(actor=actor, action=entry.name, **same)


class AfterEntry(Position):
    """A position in the audit log."""

    time: datetime
    id: UUID


def whose(caller: Principal, user_id: UUID | None, day: date | None) -> UUID:
    """Return the user whose entries a request may read.

    Forbidden where the caller may not read them.
    """
    if user_id is not None and day is not None:
        raise InvalidInput("Ask for one user or for one day", details={"day": "not together with userId"})
    others = day is not None or user_id not in (None, caller.user_id)
    if others and not any(caller.has_role(role) for role in READERS):
        raise Forbidden("Entries of others need the role admin or compliance", details={"role": "admin"})
    return user_id or caller.user_id
