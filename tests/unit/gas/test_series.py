"""Forecasts: nothing of the future, within the bounds, better than the baselines, bands that hold what they say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from premium.cases import answer
from premium.gas.asked import forecasts
from premium.gas.series.bands import Window
from tests.unit.gas.market import GWEI, blocks

pytestmark = pytest.mark.unit
HORIZONS = [1, 3, 10, 25]
Rows = list[dict[str, Any]]


def told(kind: str, rows: Rows, **fields: Any) -> dict[str, Any]:
    """The answer to one case."""
    case = {"blocks": rows, "horizons": HORIZONS, **fields}
    known = {each.name: each for each in forecasts.kinds()}
    found: dict[str, Any] = json.loads(answer(json.dumps(case), [known[kind]]))
    return found


def bare(rows: Rows) -> Rows:
    """The same blocks without what would decide the next base fee."""
    return [{name: row[name] for name in ("number", "timestamp", "base_fee")} for row in rows]


@pytest.fixture(scope="module")
def long() -> dict[str, Any]:
    """The back-test of a market of 2,500 blocks whose headers say nothing but the base fee."""
    return told("backtest", bare(blocks(3, 2_500)))


def test_a_forecast_is_that_of_the_back_test_whatever_comes_later() -> None:
    rows = bare(blocks(1, 300))
    whole = told("backtest", rows)["forecasts"]
    for origin in (100, 177, 240):
        own = told("forecast", rows[: origin + 1])["forecasts"]
        assert [{"origin": origin, **row} for row in own] == [row for row in whole if row["origin"] == origin]
    other = rows[:241] + bare(blocks(9, 300))[241:]
    shifted = [row | {"base_fee": rows[240]["base_fee"]} for row in other[241:]]
    changed = told("backtest", other[:241] + shifted)["forecasts"]
    assert [row for row in changed if row["origin"] <= 240 - 25] == [row for row in whole if row["origin"] <= 240 - 25]


def test_what_serves_is_no_worse_than_any_baseline_and_better_than_the_last_value(long: dict[str, Any]) -> None:
    for scores in long["scores"]:
        for name, baseline in scores["baselines"].items():
            for loss in ("mape_percent", "pinball"):
                assert float(scores[loss]) < float(baseline[loss]) * 1.02, (scores["horizon"], name, loss)
        if scores["horizon"] > 1:
            last = scores["baselines"]["last_value"]
            assert float(scores["mape_percent"]) < float(last["mape_percent"])
            assert float(scores["pinball"]) < float(last["pinball"])


def test_bands_hold_as_often_as_they_say(long: dict[str, Any]) -> None:
    for scores in long["scores"]:
        # 25 blocks ahead there are 95 outcomes that do not overlap: two of them are two percent
        slack = 2 if scores["horizon"] > 10 else 0
        assert 76 - slack <= float(scores["cover80"]) <= 84 + slack, scores["horizon"]
        assert 92 - slack <= float(scores["cover95"]) <= 98, scores["horizon"]


def test_caps_keep_what_they_promise_and_lie_far_below_twice_the_base_fee(long: dict[str, Any]) -> None:
    for scores in long["scores"]:
        for cap in scores["caps"]:
            assert float(cap["kept"]) >= float(cap["promise"]) - 1e-9, (scores["horizon"], cap)
            assert float(cap["max_fee_over_base"]["mean"]) <= 1.6


def test_where_the_header_decides_the_next_base_fee_is_exact() -> None:
    rows: Rows = list(blocks(2, 201))
    found = told("forecast", rows[:200])["forecasts"][0]
    exact = str(rows[200]["base_fee"])
    assert found == {"horizon": 1, "block": 200, "point": exact, "p80": [exact, exact], "p95": [exact, exact],
                     "model": "exact"}  # fmt: skip


def test_every_end_lies_within_what_the_rule_allows_and_in_order() -> None:
    rows = bare(blocks(4, 400))
    for row in told("backtest", rows)["forecasts"]:
        base, steps = rows[row["origin"]]["base_fee"], row["horizon"]
        ends = [int(each) for each in (row["p95"][0], row["p80"][0], row["point"], row["p80"][1], row["p95"][1])]
        assert ends == sorted(ends)
        assert base * 7**steps // 8**steps <= ends[0]
        assert ends[-1] <= -(-base * 9**steps // 8**steps)


def test_gwei_come_back_as_gwei() -> None:
    rows = bare(blocks(5, 250))
    in_gwei = [
        {"number": row["number"], "timestamp": row["timestamp"], "base_fee_gwei": f"{row['base_fee'] / GWEI:.9f}"}
        for row in rows
    ]
    wei, gwei = (told("forecast", each)["forecasts"] for each in (rows, in_gwei))
    for one, other in zip(wei, gwei, strict=True):
        assert float(other["point"]) == pytest.approx(int(one["point"]) / GWEI, rel=1e-7)
        assert other["model"] == one["model"]


def test_a_short_series_is_served_by_a_named_baseline() -> None:
    found = told("forecast", bare(blocks(6, 20)))["forecasts"]
    assert {row["model"] for row in found} <= {"last_value", "mean_of_last_20", "seasonal", "ar1"}


def test_a_flat_market_is_forecast_flat() -> None:
    rows = [{"number": n, "timestamp": n, "base_fee": 7 * GWEI} for n in range(300)]
    for row in told("forecast", rows)["forecasts"]:
        assert row["point"] == str(7 * GWEI)


@pytest.mark.parametrize(
    ("change", "code", "named"),
    [
        (lambda rows: rows[:19], "too_short", "blocks"),
        (lambda rows: rows[:7] + rows[8:], "gap", "block 7 is missing"),
        (lambda rows: [rows[0], *rows], "not_in_order", "blocks.1.number"),
        (lambda rows: [*rows[:9], rows[9] | {"timestamp": 5}, *rows[10:]], "not_in_order", "blocks.9.timestamp"),
        (lambda rows: [*rows[:9], rows[9] | {"base_fee": rows[8]["base_fee"] * 6 // 5}, *rows[10:]], "out_of_bounds",
         "blocks.9"),
        (lambda rows: [row | {"base_fee": 0} for row in rows], "no_market", "blocks.0"),
        (lambda rows: [{"number": 0, "timestamp": 1, "base_fee_gwei": 3.5}, *rows[1:]], "mixed_units", "blocks.1"),
        (lambda rows: [rows[0] | {"base_fee_gwei": "1"}, *rows[1:]], "invalid_field", "blocks.0"),
        (lambda rows: [*rows[:9], rows[9] | {"gas_used": 5, "gas_limit": 4}, *rows[10:]], "invalid_field", "gas_used"),
    ],
)  # fmt: skip
def test_a_series_that_cannot_be_is_refused_by_the_first_wrong_block(change: Any, code: str, named: str) -> None:
    error = told("forecast", change(bare(blocks(7, 60))))["error"]
    assert error["code"] == code
    assert named in error["message"]


@pytest.mark.parametrize(
    ("fields", "named"),
    [({"horizons": [0]}, "horizons"), ({"horizons": [3, 3]}, "horizons"), ({"model": "oracle"}, "model"),
     ({"horizons": []}, "horizons"), ({"denominator": 0}, "denominator")],
)  # fmt: skip
def test_wrong_questions_are_named(fields: dict[str, Any], named: str) -> None:
    assert named in told("forecast", bare(blocks(8, 40)), **fields)["error"]["message"]


def test_advice_to_wait_is_told_with_its_evidence() -> None:
    case = {"blocks": bare(blocks(8, 1_500)), "deadline": 30}
    found = json.loads(answer(json.dumps(case), [forecasts.WAIT]))
    assert found["advice"] in ("wait", "send_now")
    assert found["evidence"]["n"] >= 40
    if found["advice"] == "send_now":
        assert found["expected_saving_percent"] == "0"


def test_a_back_test_that_begins_beyond_the_series_is_refused() -> None:
    assert told("backtest", bare(blocks(8, 60)))["error"]["code"] == "too_short"


def test_quantiles_are_of_the_newest_values_alone() -> None:
    window = Window(4)
    for value in (100.0, 1.0, 2.0, 3.0, 4.0):
        window.add(value)
    assert window.quantile(0.5) == 2.5
    assert window.quantile(0.99) > 4
    assert window.quantile(0.01) < 1
