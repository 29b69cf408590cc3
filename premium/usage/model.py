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
