"""Months of use, as they are shown."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from premium.usage.figures.month import Projection, Summary


class UsedKey(NamedTuple):
    """A key, as far as it may be shown."""

    id: UUID
    prefix: str
    name: str
    revoked: bool


class KeyMonth(NamedTuple):
    """A month of one key, or of what the user asked by tokens."""

    key: UsedKey | None
    summary: Summary
    limited: int
    endpoints: list[tuple[str, int]]
    """By use, then by name."""
    projection: Projection | None


class UsageAlert(NamedTuple):
    """A level of its quota that a subject reached, or a day unlike those before."""

    id: UUID
    user_id: UUID
    key_id: UUID | None
    """None: what the user asks by tokens."""
    key_prefix: str | None
    level: str
    """`80`, `95`, `100`, or `anomaly`."""
    period: str
    """The month, of an anomaly the day."""
    requests: int
    quota: int
