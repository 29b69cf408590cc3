"""Says what begins and what ends to be counted between two answers.

These are flows to a return that no transfer tells of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from premium.money import EXACT, ZERO, plain

_NO_PRICE = frozenset({"no_price", "too_old", "low_confidence", "disputed", "held_back"})
LONGEST_GAP = timedelta(days=7)
"""A price that is missing for longer is not waited for: what it valued has ended to be counted."""

Line = tuple[str, str, str]
"""A wallet, a chain and an asset."""


class Change(NamedTuple):
    """What begins (above zero) or ends to be counted, in US dollars."""

    line: Line
    usd: Decimal


@dataclass
class Step:
    """From the answer before to this one."""

    changes: list[Change] = field(default_factory=list)
    gaps: dict[str, dict[str, str]] = field(default_factory=dict)
    """Lines whose price is missing for a while: since when, and what they were worth."""

    @property
    def is_good(self) -> bool:
        """Whether the total stands for all that it counted before."""
        return not self.gaps


def step(
    before: Mapping[str, Any] | None, after: Mapping[str, Any], moved: Mapping[Line, Decimal], now: datetime
) -> Step:
    """Return what begins and ends to be counted.

    `moved` are the flows of each line since, in US dollars: what they brought has not begun by itself.
    """
    found = Step()
    if before is None:
        return found
    old, new = _lines(before), _lines(after)
    gaps: Mapping[str, Mapping[str, str]] = before.get("gaps") or {}
    known = {(row["wallet"], row["chain"]) for row in before.get("coverage", ()) if row["at"] is not None}
    known |= {(wallet, chain) for wallet, chain, _ in old}
    watched = {row["wallet"] for row in after["coverage"]}
    for line in sorted({*old, *new}):
        gap, is_watched = gaps.get("|".join(line)), line[0] in watched
        was, here = _was(old.get(line), gap), new.get(line)
        if here is None or not is_watched:
            ends = was is not None and (gap is not None or not is_watched)
            usd = EXACT.minus(was) if was is not None and ends else None
        elif here.usd is None:
            usd = _without_price(found, line, here.why, was, _since(gap, now), now) if was is not None else None
        else:
            begins = was is None and (line in old or line[:2] not in known)
            former = was if was is not None and _is_revalued(old.get(line), here) else ZERO if begins else None
            usd = None if former is None else EXACT.subtract(EXACT.subtract(here.usd, former), moved.get(line, ZERO))
        if usd:
            found.changes.append(Change(line, usd))
    return found


def _was(old: _Worth | None, gap: Mapping[str, str] | None) -> Decimal | None:
    if gap is not None:
        return Decimal(gap["usd"])
    return old.usd if old is not None else None


def _since(gap: Mapping[str, str] | None, now: datetime) -> datetime:
    return now if gap is None else datetime.fromisoformat(gap["since"])


def _without_price(  # noqa: PLR0917 - a line, and what is known of it
    found: Step, line: Line, why: str | None, was: Decimal, since: datetime, now: datetime
) -> Decimal | None:
    """Wait for a price that is missing; what does not count for another reason, or for too long, has ended."""
    if why in _NO_PRICE and now - since < LONGEST_GAP:
        found.gaps["|".join(line)] = {"since": since.isoformat(), "usd": plain(was)}
        return None
    return EXACT.minus(was)


class _Worth(NamedTuple):
    usd: Decimal | None
    """None where it does not count."""
    why: str | None
    word: str | None = None
    """The user's own price, where that counts."""


def _is_revalued(old: _Worth | None, here: _Worth) -> bool:
    """Return whether the user's word changed a price: that is no gain."""
    return old is not None and old.word != here.word


def _lines(answer: Mapping[str, Any]) -> dict[Line, _Worth]:
    """Return the lines of an answer; those of a position together with what the wallet holds."""
    sums: defaultdict[Line, list[Decimal]] = defaultdict(list)
    whys: dict[Line, str | None] = {}
    words: dict[Line, str | None] = {}
    for row in answer["holdings"]:
        line = (row["wallet"], row["chain"], row["asset"])
        whys.setdefault(line, row.get("why"))
        words.setdefault(line, row.get("price_usd") if row.get("source") == "override" else None)
        if row["units"] != "0" and row.get("counted", True) and row["value_usd"] is not None:
            sums[line].append(Decimal(row["value_usd"]))
    return {
        line: _Worth(sum(sums[line], ZERO) if line in sums else None, why, words[line]) for line, why in whys.items()
    }
