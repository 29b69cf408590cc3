"""Requests of erasure, and what is told of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

By = Literal["user", "operator", "receipt"]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Erasure(_Row):
    """A request of erasure as it is kept."""

    id: UUID
    user_id: UUID | None
    """None once it is finished."""
    subject: bytes
    """SHA-256 of the user's id."""
    requested_by: By
    requested_at: datetime
    due_at: datetime
    cancelled_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    email: str | None
    counts: Mapping[str, int]
    """What was found so far, by place."""

    @property
    def is_open(self) -> bool:
        """Tell whether there is something to do, or to wait for."""
        return self.cancelled_at is None and self.finished_at is None


class Done(_Row):
    """What became of one place."""

    service: str
    store: str
    place: str
    action: Literal["delete", "anonymise", "keep", "expire"]
    count: int
    reason: str = ""
    kept_until: datetime | None = None


class ErasureReceipt(_Row):
    """What an erasure did, without anything of a person."""

    id: UUID
    subject: str = Field(pattern=r"^[0-9a-f]{64}$")
    requested_at: datetime
    started_at: datetime
    places: tuple[Done, ...]


class Exported(_Row):
    """A finished archive."""

    size: int
    sha256: str
    rows: int
    files: int
