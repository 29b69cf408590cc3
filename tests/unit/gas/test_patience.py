"""Advice to wait saves where it is given, and says no more than it saw."""

from __future__ import annotations

import pytest

from premium.gas.series.patience import advise
from tests.unit.gas.market import GWEI, blocks

pytestmark = pytest.mark.unit
DEADLINE = 300


def market(seed: int, count: int = 4_000) -> list[float]:
    return [float(row["base_fee"]) for row in blocks(seed, count)]


def test_waiting_saves_on_average_where_it_is_advised() -> None:
    saved, said = [], []
    for seed in range(3):
        fees = market(seed)
        for place in range(2_000, len(fees) - DEADLINE, 60):
            advice = advise(fees[: place + 1], DEADLINE)
            if advice.wait:
                ahead = fees[place + 1 : place + DEADLINE + 1]
                paid = next((fee for fee in ahead if fee <= fees[place] * advice.share), ahead[-1])
                saved.append(1 - paid / fees[place])
                said.append(advice.saving)
    assert len(saved) >= 5
    assert sum(saved) / len(saved) > 0.1
    assert sum(said) / len(said) < sum(saved) / len(saved) + 0.1


def test_a_market_that_only_rises_is_never_waited_for() -> None:
    fees = [GWEI * 1.001**place for place in range(2_000)]
    advice = advise(fees, 20)
    assert not advice.wait
    assert advice.saving <= 0
    assert advice.regret_probability == 1
    assert advice.worst == pytest.approx(1.001**20 - 1)


def test_a_market_that_only_falls_is() -> None:
    advice = advise([GWEI * 0.999**place for place in range(2_000)], 20)
    assert advice.wait
    assert advice.regret_probability == advice.worst == 0
    assert advice.saving == pytest.approx(1 - 0.999**20, rel=1e-6)


def test_too_short_a_past_advises_nothing() -> None:
    advice = advise([float(GWEI)] * 120, 50)
    assert (advice.wait, advice.share, advice.saving) == (False, 1.0, 0.0)
