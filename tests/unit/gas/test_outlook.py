"""Forecasts along a chain: exact where the header decides, within bounds, scored against what came."""

from __future__ import annotations

import pytest

from premium.gas.fees.base_fee import BaseFeeRule, Block, bounds, next_base_fee
from premium.gas.series.model import BASELINES, Rules
from premium.gas.series.outlook import HORIZONS, Outlook, Prediction
from tests.unit.gas.market import blocks

pytestmark = pytest.mark.unit
RULE = BaseFeeRule()
RULES = Rules(1.125, 0.875)


def walked(count: int, *, until: int | None = None) -> list[Prediction]:
    outlook, rows = Outlook(RULES), blocks(3, count)[:until]
    for row in rows:
        block = Block(row["base_fee"], row["gas_used"], row["gas_limit"])
        known = next_base_fee(block, RULE)
        outlook.learn(row["timestamp"], row["base_fee"], known)
    reach = [(known, known), *bounds(known, block.gas_limit, RULE, HORIZONS[-1] - 1)]
    return outlook.told({blocks: reach[blocks - 1] for blocks in HORIZONS})


def test_the_next_block_is_exact_and_later_ones_are_scored() -> None:
    one, *later = walked(600)
    assert one.model == "exact"
    assert {*one.p80, *one.p95} == {one.point}
    assert one.scored is not None
    assert one.scored.mape_percent == 0
    for said in later:
        assert said.scored is not None
        assert said.scored.n == 600 - 20 - said.horizon + 1
        assert said.best_baseline in BASELINES
        assert said.p95[0] <= said.p80[0] <= said.point <= said.p80[1] <= said.p95[1]


def test_the_future_changes_no_forecast() -> None:
    assert walked(500, until=300) == walked(300)


def test_nothing_is_said_too_early_or_without_a_market() -> None:
    outlook = Outlook(RULES)
    for place in range(100):
        outlook.learn(place, 0, 0)
    for place in range(19):
        outlook.learn(place, 10**9, 10**9)
    assert outlook.told({}) == []


def test_nothing_is_exact_where_the_rule_does_not_hold() -> None:
    outlook = Outlook(RULES)
    for place in range(60):
        outlook.learn(12 * place, 10**9 + place, None)
    wide = dict.fromkeys(HORIZONS, (1, 10**12))
    assert "exact" not in {said.model for said in outlook.told(wide)}


def test_a_storm_after_long_calm_is_still_told() -> None:
    """As on rollups: the base fee lies at its floor for days, then rises as fast as it can, and falls again."""
    outlook, fee = Outlook(RULES), 10**9
    for place, used in enumerate([15_000_000] * 1_500 + [30_000_000, 0, 30_000_000, 30_000_000] * 40):
        known = next_base_fee(Block(fee, used, 30_000_000), RULE)
        outlook.learn(12 * place, fee, known)
        fee = known
    reach = [(fee, fee), *bounds(fee, 30_000_000, RULE, HORIZONS[-1] - 1)]
    for said in outlook.told({ahead: reach[ahead - 1] for ahead in HORIZONS}):
        low, high = reach[said.horizon - 1]
        assert low <= said.p95[0] <= said.p80[0] <= said.point <= said.p80[1] <= said.p95[1] <= high
