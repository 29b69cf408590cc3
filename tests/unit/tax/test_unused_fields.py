"""What a row states and nothing counts by is told of, and what cannot be meant is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from premium.errors import InvalidInput
from premium.tax.importers.recognition import rows_of_csv
from tests.unit.tax.histories import Row, result, tx
from tests.unit.tax.test_field_files import command

pytestmark = pytest.mark.unit


def told(country: str, rows: list[Row], method: str | None = None) -> list[tuple[str, str, str]]:
    return [
        (each["code"], each["transaction"], each["field"])
        for each in result(country, rows, method=method)["warnings"]
        if each["code"] in ("field_not_used", "value_not_price")
    ]


BUYS = [tx("a", "2024-01-02", "buy", "2", "100"), tx("b", "2024-01-03", "buy", "2", "500")]
NAMED = tx("s", "2024-02-02", "sell", "1", "100", lots=[{"lot": "b", "amount": "1"}])


def test_named_lots_that_the_method_does_not_take_are_told_of() -> None:
    assert told("US", [*BUYS, NAMED]) == [("field_not_used", "s", "lots")]
    assert told("US", [*BUYS, NAMED], method="specific_id") == []
    assert result("US", [*BUYS, NAMED], method="specific_id")["totals"]["cost_basis"] == "250"


@pytest.mark.parametrize("country", ["US", "GB", "DE", "CA", "AU", "FR", "IE", "JP", "generic"])
def test_a_donors_basis_is_used_or_told_of(country: str) -> None:
    given = tx("g", "2024-01-02", "gift_received", "2", "100", donor_basis="20")
    used = result(country, [given])["remaining"][0]["cost_basis"] == "20"
    assert told(country, [given]) == ([] if used else [("field_not_used", "g", "donor_basis")])


def test_a_purchase_with_a_kind_of_income_is_told_of() -> None:
    assert told("US", [tx("a", "2024-01-02", "buy", "2", "100", kind="Staking Rewards")]) == [
        ("field_not_used", "a", "kind")
    ]


@pytest.mark.parametrize(
    ("value", "price", "differs"),
    [("100", "50", False), ("100.4", "50", False), ("102", "50", True), ("100", "100", True), ("99", "0", True)],
)
def test_a_value_that_amount_and_price_contradict_is_told_of(value: str, price: str, differs: bool) -> None:
    row = tx("a", "2024-01-02", "buy", "2", value, price=price)
    assert told("US", [row]) == ([("value_not_price", "a", "value")] if differs else [])


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"fee_amount": "1"}, "column fee_asset: missing: fee_amount does not say of what"),
        ({"fee_asset": "BNB"}, "column fee_amount: missing: fee_asset does not say how much"),
        ({"to_asset": "ETH", "to_amount": "3"}, "column to_asset: a buy brings no other asset: a swap does"),
    ],
)
def test_half_a_fee_and_half_a_swap_are_refused(fields: Row, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        result("US", [tx("a", "2024-01-02", "buy", "2", "100", **fields)], lenient=False)


def test_excels_own_first_line_is_named(tmp_path: Path) -> None:
    own = "sep=;\nid;timestamp;type;asset;amount;value\nb;2024-01-01;buy;BTC;1;10,50\n"
    assert "line 1: 'sep=;' is a line of Excel's own: delete it" in command(tmp_path, own=own).stderr
    ledger = "sep=;\ntxid;refid;time;type;subtype;aclass;asset;amount;fee;balance\n"
    (row,) = rows_of_csv(ledger + "L;R;2024-01-02 09:00:00;deposit;;currency;XXBT;0,5;0;1\n", "k.csv")
    assert row["amount"] == "0.5"


def test_a_purchase_for_nothing_is_told_of_and_one_without_a_value_is_looked_for() -> None:
    def codes(row: Row) -> list[str]:
        return [each["code"] for each in result("US", [row])["warnings"]]

    assert codes(tx("a", "2024-01-02", "buy", "2", "0")) == ["value_zero"]
    assert codes(tx("a", "2024-01-02", "buy", "2")) == ["missing_price"]
    assert codes(tx("a", "2024-01-02", "buy", "2", "1")) == []
