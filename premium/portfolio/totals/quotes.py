"""Judge the prices of a case: the user's word, else the rule of all prices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from premium.portfolio.totals.asked import PriceRow
from premium.prices.agreement import Said, agreed


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
        self._rows: defaultdict[str, set[Said]] = defaultdict(set)
        for row in rows:
            self._rows[row.asset].add(_said(row))

    def __contains__(self, asset: str) -> bool:
        return asset in self._words or asset in self._rows

    def of(self, asset: str, *, is_stable: bool) -> Quote:
        """Return the quote that counts: the user's word, else what the sources agree on."""
        if asset in self._words:
            return Quote(self._words[asset], "good", "override", highest=self._words[asset], is_confirmed=True)
        verdict = agreed(self._rows.get(asset, ()), self._now, is_stable=is_stable)
        if verdict is None:
            return UNKNOWN
        row = verdict.chosen
        return Quote(
            row.usd, verdict.quality.value, row.source, row.told, row.depth, verdict.highest, verdict.is_confirmed
        )


def _said(row: PriceRow) -> Said:
    return Said(row.usd, row.at.at, row.source, row.confidence, row.depth_usd, row.heartbeat_seconds, row.at.told)
