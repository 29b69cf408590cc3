"""Whether waiting pays, by what it saved on this chain before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from premium.chains.model import Chain
from premium.gas.series.patience import Advice, advise
from premium.gas.store.history import GasHistory
from premium.gas.store.tens import TEN

_BLOCKS, _MOST_AHEAD = 5_000, 300
"""Newest blocks that are looked at, and how many of them a deadline may lie ahead: further, ten minutes count."""
_DAYS = timedelta(days=90)
_LEAST = 2


def waiting(history: GasHistory, chain: Chain, seconds: int) -> dict[str, Any]:
    """Return what waiting within so many seconds was worth, as JSON; shares of one.

    Whoever waits looks once a block, or for long deadlines once in ten minutes (`every` seconds).
    """
    known = history.fees(chain.name, _BLOCKS)
    every = chain.block_seconds or _apart(known)
    fees = [fee for _, fee in known]
    if seconds > _MOST_AHEAD * every:
        now = datetime.now(UTC)
        fees, every = [each.first for each in history.tens.closed(chain.name, now - _DAYS, now)], TEN.total_seconds()
    deadline = max(int(seconds // every), 1)
    found = advise(fees, deadline) if len(fees) >= _LEAST else None
    return {"every": every, "steps": deadline, **({} if found is None else _told(found))}


def _apart(known: list[tuple[datetime, float]]) -> float:
    if len(known) < _LEAST:
        return 12.0
    return max((known[-1][0] - known[0][0]).total_seconds() / (len(known) - 1), 0.1)


def _told(found: Advice) -> dict[str, Any]:
    return {
        "wait": found.wait, "share": found.share, "saving": found.saving, "likely": list(found.likely),
        "regret_probability": found.regret_probability, "regret": found.regret, "worst": found.worst, "n": found.n,
        "waited": found.blocks,
    }  # fmt: skip
