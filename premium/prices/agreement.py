"""Judge what several sources say of one asset: which price counts, how good it is.

Pure. Sources come in one order for all assets, so that a total can name whom it followed; a mean would be nobody's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from premium.prices.model import MAX_AGE, MIN_CONFIDENCE, Price, Quality

_APART, _APART_STABLE = Fraction(5, 100), Fraction(1, 100)
_LONGEST = 10**9
_RANKS = ("override", "defillama", "llama", "provider", "chainlink", "feed", "pool", "uniswap", "twap", "coingecko")
"""Sources in order; those of other names come last, by name."""


class Said(NamedTuple):
    """What one source says of an asset."""

    usd: Decimal
    at: datetime
    source: str | None = None
    confidence: Decimal | None = None
    """None: the source says nothing of it, and is believed."""
    depth: Decimal | None = None
    """US dollars behind the price, where they are known."""
    heartbeat: int | None = None
    """Seconds for which the source lets a price stand; an hour without."""
    told: str | int | None = None
    """The time as it was written, for whoever repeats it."""


class Verdict(NamedTuple):
    """The price that counts, and its quality."""

    chosen: Said
    quality: Quality
    highest: Decimal
    """The dearest that one of the sources that were chosen from says."""
    is_confirmed: bool
    """Two sources of good prices agree."""


def said(price: Price) -> Said:
    """Return what a source's price says."""
    return Said(price.usd, price.at, price.source, price.confidence, price.depth, price.heartbeat)


def agreed(rows: Iterable[Said], now: datetime, *, is_stable: bool = False) -> Verdict | None:
    """Return the price that counts: good ones before others, then by source, then the newest.

    None without a price. Good ones over 5 % apart are disputed, of a stablecoin over 1 %.
    """
    newest = _newest(rows)
    if not newest:
        return None
    fresh = [row for row in newest if is_fresh(row, now)]
    good = [row for row in fresh if row.confidence is None or row.confidence >= MIN_CONFIDENCE]
    chosen = good or fresh or newest
    quality = Quality.GOOD if good else Quality.LOW_CONFIDENCE if fresh else Quality.TOO_OLD
    if good and _apart(good) > (_APART_STABLE if is_stable else _APART):
        quality = Quality.DISPUTED
    highest = max(row.usd for row in chosen)
    return Verdict(min(chosen, key=_rank), quality, highest, len({row.source for row in good}) > 1)


def is_fresh(row: Said, now: datetime) -> bool:
    """Say whether a price stands still: within its heartbeat, or an hour."""
    return now - row.at <= (MAX_AGE if row.heartbeat is None else timedelta(seconds=min(row.heartbeat, _LONGEST)))


def _newest(rows: Iterable[Said]) -> list[Said]:
    """Return the newest price of each source; two of one instant that differ stay both."""
    by_source: defaultdict[str | None, list[Said]] = defaultdict(list)
    for row in rows:
        by_source[row.source].append(row)
    kept = [row for one in by_source.values() for row in one if row.at == max(each.at for each in one)]
    return sorted(kept, key=_rank)


def _apart(rows: Sequence[Said]) -> Fraction:
    low, high = min(row.usd for row in rows), max(row.usd for row in rows)
    if low == high:
        return Fraction(0)
    return Fraction(high) / Fraction(low) - 1 if low else Fraction(10**9)


def _rank(row: Said) -> tuple[int, float, str, Decimal]:
    name = (row.source or "").casefold()
    place = next((place for place, known in enumerate(_RANKS) if known in name), len(_RANKS))
    return place, -row.at.timestamp(), name, row.usd
