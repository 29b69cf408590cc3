"""Files of cases: forms, kinds, errors that name the field, and a command that gives the same bytes again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from premium.cases import answer
from premium.cli.portfolio import portfolio
from premium.errors import InvalidInput
from premium.returns.cases import KINDS

pytestmark = pytest.mark.unit
PAID = {"flows": [["2020-01-01", -1000], ["2020-12-31", "1100"]]}


def one(**case: Any) -> dict[str, Any]:
    found = json.loads(answer(json.dumps(case), KINDS))
    assert isinstance(found, dict)
    return found


def test_a_case_a_list_and_an_object_come_back_in_their_form() -> None:
    listed = answer(json.dumps([PAID | {"id": "a"}, PAID]), KINDS)
    assert [case.get("id") for case in json.loads(listed)] == ["a", None]
    kept = json.loads(answer(json.dumps({"cases": [PAID], "note": "n", "tokens": []}), KINDS))
    assert kept["cases"][0]["xirr"] == "0.1"
    assert one(**PAID)["kind"] == "xirr"


@pytest.mark.parametrize(
    ("case", "kind"),
    [
        ({"daily_returns": ["0.01"]}, "return_series"),
        ({"start_value": "1", "days": [{"value_before_flow": "1", "value_after_flow": "1"}]}, "twr"),
        ({"trades": []}, "cost_basis"),
        ({"values": [{"at": "2024-01-01", "value": "1"}], "flows": []}, "value_series"),
        (PAID, "xirr"),
    ],
)
def test_a_kind_is_told_by_its_fields(case: dict[str, Any], kind: str) -> None:
    assert one(**case)["kind"] == kind


@pytest.mark.parametrize(
    ("case", "code", "words"),
    [
        ({"valuez": 1}, "unknown_kind", "no kind fits these fields; the nearest is"),
        ({"kind": "xir", "flows": []}, "unknown_kind", "kind: there is no 'xir'; xirr is near"),
        ({"flows": [["2020-01-01", -1000.5]]}, "invalid_field", "flows.0.1: a quantity is a string or a whole number"),
        ({"flows": [["yesterday", 1]]}, "invalid_field", "flows.0.0: not a date or time: 'yesterday'"),
        ({"daily_returns": []}, "invalid_field", "daily_returns"),
        ({"daily_returns": ["x"]}, "invalid_field", "daily_returns.0: not a decimal number: 'x'"),
        ({"daily_returns": [-1.5]}, "invalid_field", "daily_returns.0"),
        ({"daily_returns": ["1"], "benchmark_returns": []}, "invalid_field", "benchmark_returns has 0 entries"),
        ({"daily_returns": ["1"], "surprise": 1}, "invalid_field", "surprise: is no field here; given 1"),
        ({"kind": "twr", "start_value": "1"}, "invalid_field", "days: is required"),
        (
            {"start_value": "1", "days": [{"value_before_flow": "1", "flow": "1", "value_after_flow": "3"}]},
            "flow_not_closed", "days.0",
        ),
        (
            {"trades": [{"date": "2024-01-01", "side": "sell", "quantity": "1", "price_usd": "1"}]},
            "oversold", "trade 1 by time sells 1",
        ),
        (
            {"values": [{"at": "2024-01-01", "value": "1"}, {"at": "2024-01-01", "value": "2"}]},
            "two_values", "two values of 2024-01-01",
        ),
        ({"values": [{"at": "2024-01-01", "value": "1", "good": False}]}, "no_value", "no good value"),
    ],
)  # fmt: skip
def test_a_case_that_cannot_be_answered_says_why_and_the_others_go_on(
    case: dict[str, Any], code: str, words: str
) -> None:
    bad, good = json.loads(answer(json.dumps([case | {"id": "bad"}, PAID]), KINDS))
    assert (bad["id"], bad["error"]["code"]) == ("bad", code)
    assert bad["error"]["message"].startswith(words) or words in bad["error"]["message"]
    assert good["xirr"] == "0.1"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "line 1, column 2: not JSON"),
        ("3", "a file is a case, a list of cases"),
        ('{"flows": [], "flows": []}', "flows: the key stands twice in one object"),
        ('{"daily_returns": [NaN]}', "NaN is no number"),
        ('{"cases": [], "rate": 1}', "rate: no such key beside cases"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence(text: str, words: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        answer(text, KINDS)
    assert words in raised.value.message


def test_keys_for_people_are_passed_over() -> None:
    assert one(**PAID, name="n", note="n", source="s", expected={"xirr": 1}, _why="w")["xirr"] == "0.1"


def test_a_value_series_has_all_figures_and_its_sum_closes() -> None:
    rows = [{"at": f"2024-01-0{day}T00:00:00Z", "value": value} for day, value in
            ((1, "1000"), (2, "1100"), (3, "990"), (4, "1200"))]  # fmt: skip
    prices = [{"at": f"2024-01-0{day}", "price": price} for day, price in ((1, 10), (2, 11), (3, 10), (4, "10.5"))]
    found = one(values=rows, flows=[{"at": "2024-01-03", "amount": "100"}], benchmark=prices)
    assert (found["profit"], found["net_flows"], found["method"]) == ("100", "100", "exact")
    assert [day["return"] for day in found["daily_returns"]][:2] == ["0.1", "-0.1"]
    assert found["total_return"] == pytest.approx(float(found["twr"]))
    assert (found["drawdown_from"], found["drawdown_to"], found["recovered"]) == ("2024-01-02", "2024-01-03", None)
    assert found["beta"] is not None
    assert found["gaps"] == []
    assert found["undefined"] == ["kurtosis", "psr", "sharpe_interval"], "of three returns"


def test_one_value_has_no_return_and_says_so() -> None:
    found = one(values=[{"at": "2024-01-01", "value": "5"}])
    assert (found["twr"], found["xirr"], found["daily_returns"]) == (None, None, [])
    assert {"twr", "apy", "xirr"} <= set(found["undefined"])


def test_a_window_takes_its_own_values_and_flows() -> None:
    rows = [{"at": f"2024-01-0{day}", "value": str(100 * day)} for day in (1, 2, 3, 4)]
    flows = [{"at": f"2024-01-0{day}", "amount": "100"} for day in (1, 2, 3)]
    found = one(values=rows, flows=flows, start="2024-01-02", end="2024-01-03")
    assert (found["start_value"], found["end_value"], found["net_flows"], found["profit"]) == ("200", "300", "100", "0")


def test_the_command_writes_the_same_bytes_again(tmp_path: Path) -> None:
    given, first, second = (tmp_path / name for name in ("in.json", "1.json", "2.json"))
    given.write_text(json.dumps([PAID, {"daily_returns": ["0.1", "-0.1", "0.2"]}]))
    for output in (first, second):
        result = CliRunner().invoke(portfolio, ["performance", "--input", str(given), "--output", str(output)])
        assert result.exit_code == 0, result.output
    assert first.read_bytes() == second.read_bytes()
    wrong = CliRunner().invoke(portfolio, ["performance", "--input", str(tmp_path / "none.json")])
    assert wrong.exit_code == 1
    assert "none.json: No such file or directory" in wrong.output


def test_a_day_that_earned_nothing_for_its_tiny_base_is_told() -> None:
    days = [{"value_before_flow": "100", "flow": "-99.5", "value_after_flow": "0.5"},
            {"value_before_flow": "0.25", "flow": "100", "value_after_flow": "100.25"},
            {"value_before_flow": "110.275", "value_after_flow": "110.275"}]  # fmt: skip
    found = one(start_value="100", days=days)
    assert (found["twr"], found["gaps"]) == ("0.1", [{"day": 1, "why": "tiny_base"}])


def test_whether_a_value_is_good_is_true_or_false() -> None:
    found = one(values=[{"at": "2024-01-01", "value": "1", "good": "no"}])
    assert found["error"]["message"] == "values.0.good: must be true or false; given 'no'"
