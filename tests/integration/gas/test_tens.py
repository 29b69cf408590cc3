"""Base fees by ten minutes are summed up from blocks, again where more came, and end after a hundred days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from premium.gas.model import GasBlock
from premium.gas.store.history import GasHistory

pytestmark = pytest.mark.integration
NOW = datetime.now(UTC).replace(second=0, microsecond=0)
NOW -= timedelta(minutes=NOW.minute % 10)


def block(number: int, at: datetime, fee: int) -> GasBlock:
    own, parent = (each.to_bytes(32, "big") for each in (number, number - 1))
    return GasBlock(number=number, timestamp=at, hash=own, parent=parent, base_fee=fee, gas_used=1, gas_limit=2,
                    tips=(), lowest_taken=None, transactions=0,
                    blob_gas_used=None, excess_blob_gas=None, basis="none")  # fmt: skip


def test_ten_minutes_are_summed_up_once_they_are_over(history: GasHistory) -> None:
    start = NOW - timedelta(minutes=20)
    fees = [100, 200, 301, 400]
    history.append(
        "local", [block(place + 1, start + timedelta(minutes=4 * place), fee) for place, fee in enumerate(fees)]
    )
    history.tens.sum_up(NOW)
    history.tens.sum_up(NOW)
    found = history.tens.closed("local", NOW - timedelta(hours=1), NOW)
    assert [(each.at, each.first, each.average) for each in found] == [
        (start, 100, 200), (start + timedelta(minutes=10), 400, 400)]  # fmt: skip
    assert history.tens.closed("local", NOW - timedelta(hours=1), NOW - timedelta(minutes=5))[-1].at == start
    assert history.tens.newest(["local", "other"], NOW - timedelta(hours=1), NOW) == {
        "local": [(int(each.at.timestamp()), each.average) for each in found]}  # fmt: skip


def test_what_comes_late_counts_and_what_is_old_goes(history: GasHistory) -> None:
    start = NOW - timedelta(minutes=20)
    history.append("local", [block(2, start, 100)])
    history.tens.sum_up(NOW)
    history.fill("local", [block(1, start, 50)])
    history.tens.sum_up(NOW)
    (one,) = history.tens.closed("local", NOW - timedelta(hours=1), NOW)
    assert (one.first, one.average) == (50, 75)
    history.tens.sum_up(NOW + timedelta(days=101), far=True)
    assert history.tens.closed("local", NOW - timedelta(days=2), NOW) == []


def test_a_block_without_a_market_is_passed_over(history: GasHistory) -> None:
    history.append("local", [block(1, NOW - timedelta(minutes=20), 0)])
    history.tens.sum_up(NOW)
    assert history.tens.closed("local", NOW - timedelta(hours=1), NOW) == []
