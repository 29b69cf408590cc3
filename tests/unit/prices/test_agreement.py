"""What several sources say of one asset: whom a total follows, and when it follows nobody."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from premium.prices.agreement import Said, agreed
from premium.prices.model import Quality

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def one(usd: str, source: str, *, minutes: int = 0, **more: Any) -> Said:
    return Said(Decimal(usd), NOW - timedelta(minutes=minutes), source, **more)


@pytest.mark.parametrize(
    ("rows", "is_stable", "usd", "quality"),
    [
        ([one("100", "provider"), one("104.9", "feeds")], False, "100", Quality.GOOD),
        ([one("100", "provider"), one("105", "pools")], False, "100", Quality.GOOD),
        ([one("100", "provider"), one("105.01", "pools")], False, "100", Quality.DISPUTED),
        ([one("1", "provider"), one("1.02", "pools")], True, "1", Quality.DISPUTED),
        ([one("1", "provider"), one("1.01", "pools")], True, "1", Quality.GOOD),
        ([one("1", "coingecko"), one("1.001", "pools"), one("1.002", "feeds")], True, "1.002", Quality.GOOD),
        ([one("100", "provider"), one("1", "pools", confidence=Decimal("0.5"))], False, "100", Quality.GOOD),
        ([one("100", "provider", minutes=61), one("1", "pools")], False, "1", Quality.GOOD),
        ([one("100", "provider", minutes=61), one("1", "feeds", minutes=61)], False, "100", Quality.TOO_OLD),
        ([one("100", "feeds", minutes=61, heartbeat=3_661)], False, "100", Quality.GOOD),
        ([one("100", "feeds", minutes=30, heartbeat=1_799)], False, "100", Quality.TOO_OLD),
        ([one("100", "provider"), one("10000", "feeds")], False, "100", Quality.DISPUTED),  # cents for dollars
        ([one("0", "provider"), one("1", "feeds")], False, "0", Quality.DISPUTED),
    ],
)
def test_the_first_good_source_counts_unless_another_denies_it(
    rows: list[Said], is_stable: bool, usd: str, quality: Quality
) -> None:
    for _ in range(4):
        random.Random(7).shuffle(rows)
        verdict = agreed(rows, NOW, is_stable=is_stable)
        assert verdict is not None
        assert (verdict.chosen.usd, verdict.quality) == (Decimal(usd), quality)


def test_no_source_is_no_verdict_and_one_confirms_nothing() -> None:
    assert agreed([], NOW) is None
    alone, both = agreed([one("1", "feeds")], NOW), agreed([one("1", "feeds"), one("1", "pools")], NOW)
    assert (alone is not None and alone.is_confirmed, both is not None and both.is_confirmed) == (False, True)


def test_two_prices_of_one_source_and_instant_that_differ_are_disputed() -> None:
    verdict = agreed([one("1", "feeds"), one("2", "feeds")], NOW)
    assert verdict is not None
    assert (verdict.quality, verdict.is_confirmed, verdict.highest) == (Quality.DISPUTED, False, Decimal(2))
