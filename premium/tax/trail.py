"""What became of transactions that a normalised history has no more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from premium.tax.model import Transaction


class Pair(NamedTuple):
    """Two halves that were joined to one transfer."""

    left: str
    arrived: str
    asset: str
    amount: str
    lost: str
    seconds: int
    """From leaving to arriving; below zero where the clocks of the two sources differ."""
    assumed: bool
    """By amount and time alone: nothing that both state says so."""


@dataclass(slots=True)
class Trail:
    """Where merged legs went, which halves were joined, and what is no transaction of lots."""

    absorbed: dict[str, str] = field(default_factory=dict)
    """By id, in a sentence."""
    pairs: list[Pair] = field(default_factory=list)
    foreign: dict[str, Transaction] = field(default_factory=dict)
    """By id what is of foreign money, which has no lots."""
    derivatives: list[Transaction] = field(default_factory=list)
    """Profits and losses in the report's own money, which has no lots."""
