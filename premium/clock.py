"""Tell the time through a port.

Engines get instants as arguments, services get a clock, tests set it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Whoever tells the time, always in UTC."""

    def now(self) -> datetime:
        """Return the instant."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the instant of the machine."""
        return datetime.now(UTC)


def rfc3339(instant: datetime) -> str:
    """Return `2025-10-17T10:00:00Z`; ValueError for a naive instant.

    A fraction stands only where there is one.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
