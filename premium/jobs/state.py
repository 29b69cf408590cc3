"""Describe what waits, who works on it and what is wrong, for operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

What = Literal["queue", "dead letters", "batches", "deliveries", "source", "matcher", "resident", "switches", "store"]


@dataclass(frozen=True, kw_only=True)
class State:
    """One line of `premium status`."""

    what: What
    name: str
    count: int | None = None
    """What waits, or is there; None where nothing is counted."""
    oldest: datetime | None = None
    """When the oldest of these came."""
    rate: float | None = None
    """How many ended, a minute."""
    owner: str | None = None
    """The process that has it in hand, or how many do."""
    said: str = ""
    problem: str = ""
    """What is wrong and what to do, as a sentence; empty where nothing is."""

    def age(self, now: datetime) -> float | None:
        """Return the age of the oldest in seconds."""
        return None if self.oldest is None else max(0.0, round((now - self.oldest).total_seconds(), 1))
