"""Narrows an answer to some wallets and chains, with that part's totals and bounds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from premium.money import EXACT, plain
from premium.portfolio.model import total
from premium.portfolio.valuation.watched import part_of

_READ = frozenset({"fresh", "dormant"})
_WITHOUT_PART = frozenset({"unread", "pending", "unsupported"})
_UNKNOWN = frozenset({"no_price", "no_scale"})
_BROKEN = frozenset({"unreadable", "circle", "debt_without_price"})


def narrowed(
    answer: Mapping[str, Any], wallets: Collection[str] | None = None, chains: Collection[str] | None = None
) -> dict[str, Any]:
    """Return what of an answer these wallets have on these chains; None is all."""
    if wallets is None and chains is None:
        return dict(answer)

    def keeps(row: Mapping[str, Any]) -> bool:
        return _is_in(row.get("wallet"), wallets) and _is_in(row.get("chain"), chains)

    part = part_of(answer, keeps)
    return part | {"complete": is_complete(part), "bounds": _bounds(part)}


def is_complete(answer: Mapping[str, Any]) -> bool:
    """Tell whether all of it was read, and each debt has a good price."""
    codes = {finding["code"] for finding in answer["findings"]}
    return not codes & _BROKEN and all(row["status"] in _READ for row in answer["coverage"])


def still_fresh(answer: Mapping[str, Any], before: Mapping[str, Any], reason: str, since: datetime) -> dict[str, Any]:
    """Return what changes where chains that were left out had been read lately.

    They are as fresh as they were; `reason` is what stands at those that were left out.
    """
    read = [row for row in before.get("coverage", ()) if row["status"] == "fresh" and row["at"] is not None]
    known = {(row["wallet"], row["chain"]): row for row in read if datetime.fromisoformat(row["at"]) >= since}
    left = [(row["wallet"], row["chain"]) for row in answer["coverage"] if row["reason"] == reason]
    kept = {place: known[place] for place in left if place in known}
    coverage = [kept.get((row["wallet"], row["chain"]), row) for row in answer["coverage"]]
    stale = {"stale": False}
    told = {name: [row | stale if (row["wallet"], row["chain"]) in kept else row for row in answer[name]]
            for name in ("holdings", "positions")}  # fmt: skip
    return told | {"coverage": coverage, "complete": is_complete({**answer, "coverage": coverage})}


def _is_in(name: str | None, asked: Collection[str] | None) -> bool:
    """What names none, as a chain's finding does, belongs to all."""
    return asked is None or name is None or name in asked


def _bounds(part: Mapping[str, Any]) -> dict[str, str | None]:
    rows = part["holdings"]
    unread = any(row["status"] in _WITHOUT_PART and row["at"] is None for row in part["coverage"])
    silent = any(finding["code"] == "unreadable" for finding in part["findings"])
    open_ends = {
        "low": unread or any(_is_open(row) for row in rows if row.get("role") == "debt"),
        "high": unread or silent or any(_is_open(row) for row in rows if row.get("role") != "debt"),
    }
    whole = Decimal(part["total_value_usd"])
    doubts = [Decimal(row["uncertain_value_usd"]) for row in rows]
    ends = {"low": (doubt for doubt in doubts if doubt < 0), "high": (doubt for doubt in doubts if doubt > 0)}
    return {name: None if open_ends[name] else _end(whole, mine) for name, mine in ends.items()}


def _is_open(row: Mapping[str, Any]) -> bool:
    return row.get("why") in _UNKNOWN and row["units"] != "0"


def _end(whole: Decimal, doubts: Iterable[Decimal]) -> str:
    return plain(EXACT.add(whole, total(doubts)))
