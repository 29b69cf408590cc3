"""Judge prices: which of several sources counts, and how good it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from premium.portfolio.totals.asked import PriceRow

_HOUR = 3600
_CONFIDENT = Decimal("0.9")
_APART, _APART_STABLE = Fraction(5, 100), Fraction(1, 100)
_RANKS = ("override", "defillama", "llama", "provider", "chainlink", "feed", "pool", "uniswap", "twap", "coingecko")
"""Sources in order; those of other names come last, by name."""


class Quote(NamedTuple):
    """A price and its quality; `highest` is the dearest that a source says."""

    usd: Decimal | None
    quality: str
    source: str | None = None
    at: str | int | None = None
    depth: Decimal | None = None
    highest: Decimal | None = None
    is_confirmed: bool = False
    """Two sources agree, or the user said it."""


UNKNOWN = Quote(None, "unknown")


class Quotes:
    """The prices of a case."""

    def __init__(self, rows: Iterable[PriceRow], now: datetime, words: Mapping[str, Decimal]) -> None:
        self._now, self._words = now, words
        self._rows: defaultdict[str, set[PriceRow]] = defaultdict(set)
        for row in rows:
            self._rows[row.asset].add(row)

    def __contains__(self, asset: str) -> bool:
        return asset in self._words or asset in self._rows

    def of(self, asset: str, *, is_stable: bool) -> Quote:
        """Return the quote that counts: good ones before others, then by source, then the newest."""
        if asset in self._words:
            return Quote(self._words[asset], "good", "override", highest=self._words[asset], is_confirmed=True)
        rows = _newest(self._rows.get(asset, ()))
        if not rows:
            return UNKNOWN
        fresh = [row for row in rows if self._is_fresh(row)]
        good = [row for row in fresh if row.confidence is None or row.confidence >= _CONFIDENT]
        chosen = good or fresh or rows
        quality = "good" if good else "low_confidence" if fresh else "too_old"
        if good and _apart(good) > (_APART_STABLE if is_stable else _APART):
            quality = "disputed"
        first = min(chosen, key=_rank)
        return Quote(
            first.usd, quality, first.source, first.at.told, first.depth_usd, max(row.usd for row in chosen),
            len({row.source for row in good}) > 1,
        )  # fmt: skip

    def _is_fresh(self, row: PriceRow) -> bool:
        return self._now - row.at.at <= timedelta(seconds=min(row.heartbeat_seconds or _HOUR, 10**9))


def _newest(rows: Iterable[PriceRow]) -> list[PriceRow]:
    """Return the newest price of each source; two of one instant that differ stay both."""
    by_source: defaultdict[str | None, list[PriceRow]] = defaultdict(list)
    for row in rows:
        by_source[row.source].append(row)
    kept = [row for said in by_source.values() for row in said if row.at.at == max(each.at.at for each in said)]
    return sorted(kept, key=_rank)


def _apart(rows: Sequence[PriceRow]) -> Fraction:
    low, high = min(row.usd for row in rows), max(row.usd for row in rows)
    if low == high:
        return Fraction(0)
    return Fraction(high) / Fraction(low) - 1 if low else Fraction(10**9)


def _rank(row: PriceRow) -> tuple[int, float, str, Decimal]:
    name = (row.source or "").casefold()
    place = next((place for place, known in enumerate(_RANKS) if known in name), len(_RANKS))
    return place, -row.at.at.timestamp(), name, row.usd
