"""Entries of the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Outcome = Literal["done", "refused", "failed", "unknown"]
"""Refused for the actor's own reasons, failed for ours; unknown where no end was written."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Actor(_Value):
    """Whoever changes something."""

    kind: Literal["user", "key", "operator", "system", "anonymous"]
    id: str
    """The user's id, also where he used a key; `operator:<name>`, `system`, `anonymous`."""
    key_id: UUID | None = None
    roles: tuple[str, ...] = ()
    claimed: str = Field(default="", max_length=300)
    """Who started an operator's task by his own word; CloudTrail proves it by `request_id`."""


SYSTEM_ACTOR = Actor(kind="system", id="system")
"""The clock, and events that no user's request sends."""
ANONYMOUS = Actor(kind="anonymous", id="anonymous")


class Action(_Value):
    """A change as it begins."""

    id: UUID
    time: datetime
    actor: Actor
    name: str = Field(max_length=100)
    """`DELETE /v1/users/api-keys/{id}`, `premium queues requeue`, `job portfolio.snapshots`."""
    targets: tuple[str, ...] = ()
    """Ids of what is changed, as far as they are known before."""
    request_id: str = ""
    address: str = ""
    """Source IP address, or the IPv6 network that one subscriber has."""
    user_agent: str = ""
    security: bool = False
    """Kept seven years instead of one: credentials, roles, what operators do."""


class Entry(Action):
    """A change as it is read: its beginning, and its end where there is one."""

    ended_at: datetime | None = None
    outcome: Outcome = "unknown"
    code: str | None = None
    """The error's code where it was refused or has failed."""
    changes: Mapping[str, Any] = Field(default_factory=dict)


def position(time: datetime, action_id: UUID) -> str:
    """Return `<RFC 3339>#<id>`, by which entries are sorted."""
    return f"{instant(time)}#{action_id}"


def instant(moment: datetime) -> str:
    """Return RFC 3339 with microseconds always.

    The order of such texts is the order of time.
    """
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
