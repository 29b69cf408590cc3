"""Queries and views of the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field, JsonValue

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
    Query(
        alias="action", min_length=1, max_length=100, description="How the action begins", examples=["DELETE /v1/users"]
    ),
]


class ActorView(View):
    """The user, key or operator that changed something."""

    kind: Literal["user", "key", "operator", "system", "anonymous"]
    """What acted: a user, a key, an operator, the system, or nobody known."""
    id: str = Field(
        description="The user's id, also where a key was used; `operator:<name>`, `system`, `anonymous`",
        examples=["0198f6ab-5c1e-7d2a-9b3f-2f1a6c0d4e57"],
    )
    key_id: UUID | None
    """The API key that was used."""
    roles: tuple[str, ...] = Field(description="Roles that the actor had", examples=[["admin"]])
    claimed: str = Field(
        default="",
        description="Who started an operator's task, by his own word; CloudTrail's RunTask whose `startedBy` is the "
        "entry's request id proves it. Empty otherwise",
        examples=["arn:aws:sts::123456789012:assumed-role/OperatorsAdmin/alice"],
    )


class AuditEntryView(View):
    """One change and its outcome."""

    id: UUID
    """The entry's id."""
    time: datetime
    """When it began."""
    ended_at: datetime | None
    """When it ended; null: under way, or ended without a word."""
    actor: ActorView
    """Who did it."""
    action: str = Field(description="What was done: a route, a job or a command", examples=["PUT /v1/users/profile"])
    targets: tuple[str, ...] = Field(
        description="Ids of what was changed", examples=[["0198f6ab-5c1e-7d2a-9b3f-2f1a6c0d4e57"]]
    )
    outcome: Literal["done", "refused", "failed", "unknown"]
    """`unknown`: under way, or ended without a word."""
    code: str | None = Field(description="The error code of what was refused or failed", examples=["FORBIDDEN"])
    changes: Mapping[str, JsonValue] = Field(
        description="What it was changed to, without secrets", examples=[{"email": "set"}]
    )
    request_id: str = Field(description="Also in the logs", examples=["req_JKJaXmPLvHcESHA="])
    address: str = Field(description="Where the request came from", examples=["203.0.113.7"])
    user_agent: str = Field(description="What the client calls itself", examples=["curl/8.5.0"])

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
        raise InvalidInput.about("day", "not together with userId: ask for one user or for one day")
    others = day is not None or user_id not in (None, caller.user_id)
    if others and not any(caller.has_role(role) for role in READERS):
        raise Forbidden("Entries of others need the role admin or compliance", details={"role": "admin"})
    return user_id or caller.user_id
