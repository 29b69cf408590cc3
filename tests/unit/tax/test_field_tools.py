"""What the files of tax tools leave unsaid: the money of their values, tokens of one symbol, labels, ignored lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from premium.cli.published_rates import PublishedRates
from premium.errors import InvalidInput
from premium.tax.history.price_series import PriceSeries
from tests.unit.tax import exports
from tests.unit.tax.histories import result
from tests.unit.tax.test_field_files import KOINLY, read

pytestmark = pytest.mark.unit
ROTKI = exports.ROTKI.splitlines()[0] + "\n"
REWARD = "13/01/2024 10:00:00 UTC,staking,reward,kraken,K,DOT,DOT,0.5,4,4,e,a,0,in,,\n"
BULK = exports.KOINLY_BULK.splitlines()[0] + "\n"
EXPORT = exports.COINTRACKER_EXPORT.splitlines()[0]


def moved(code: str, amount: str, worth: str) -> str:
    return f"14/01/2024 10:00:00 UTC,deposit,deposit asset,kraken,K,{code},{code},{amount},{worth},5,e,b,0,neutral,,\n"


def rotki(text: str) -> tuple[dict[str, Any], list[str]]:
    rows = read(ROTKI + text, currency="GBP")
    out = result("GB", [*rows], prices=PriceSeries(money=PublishedRates("GBP")))
    return out, [notice.code for notice in rows.notices]


# rotki's `fiat_value` is in its user's main currency, which no column names.


def test_rotkis_values_are_in_the_money_that_is_worth_its_own_amount() -> None:
    out, told = rotki(REWARD + moved("USD", "100", "100"))
    # The bank's rates of 12 January 2024, a Friday: USD 1.0942 and GBP 0.85950 an euro.
    assert round(Decimal(out["totals"]["income"]), 12) == round(4 * Decimal("0.85950") / Decimal("1.0942"), 12)
    assert told == []
    assert "currency_converted" in [each["code"] for each in out["warnings"]]


def test_rotkis_values_in_the_reports_own_money_are_taken_as_they_are() -> None:
    out, told = rotki(REWARD + moved("GBP", "100", "100"))
    assert (out["totals"]["income"], told) == ("4", [])


def test_rotkis_values_of_unknown_money_are_told_of_and_refused_by_strict() -> None:
    out, told = rotki(REWARD)
    assert (out["totals"]["income"], told) == ("4", ["value_currency_assumed"])


def test_rotkis_values_that_are_not_in_the_reports_money_are_left_out_and_told_of() -> None:
    out, told = rotki(REWARD + moved("GBP", "100", "117.5"))
    assert (out["totals"]["income"], told) == ("0", ["value_currency_assumed"])
    assert "missing_price" in [each["code"] for each in out["warnings"]]


# Koinly tells tokens of one symbol apart by an id.


def test_two_tokens_of_one_symbol_stay_two_and_are_told_of() -> None:
    lines = (
        "2024-01-02 10:00:00 UTC,100,USD,100,USDC;3,,,,,,,\n"
        "2024-01-03 10:00:00 UTC,,,5000,USDC;98765,,,1,USD,airdrop,,\n"
        "2024-01-04 10:00:00 UTC,100,USDC;3,90,USD,,,,,,,\n"
    )
    rows = read(KOINLY + lines)
    assert [notice.code for notice in rows.notices] == ["same_symbol"]
    out = result("US", [*rows])
    assert out["totals"]["total"] == "-10"
    assert [(row["asset"], row["amount"]) for row in out["remaining"]] == [("USDC;98765", "5000")]
    alone = read(KOINLY + lines.splitlines()[0] + "\n")
    assert (alone[0]["asset"], alone[0]["id"], alone.notices) == ("USDC", rows[0]["id"], [])


def test_money_that_stands_with_two_ids_is_asked_about() -> None:
    lines = "2024-01-02 10:00:00 UTC,100,USD;5,1,ETH,,,,,,,\n2024-01-03 10:00:00 UTC,,,5000,USD;98765,,,,,,,\n"
    with pytest.raises(InvalidInput, match="USD is money and stands with several ids"):
        read(KOINLY + lines)


# Labels of exchanges, and lines that their user had the tool pass over.


@pytest.mark.parametrize(
    ("label", "kind"),
    [("", "swap"), ("Swap", "migration"), ("Liquidity in", "lp_add"), ("liquidity_out", "lp_remove")],
)
def test_a_label_of_an_exchange_says_what_it_is(label: str, kind: str) -> None:
    (row,) = read(KOINLY + f"2024-01-02 10:00:00 UTC,1,ETH,2500,OLD,,,,,{label},,\n")
    assert row["type"] == kind


def test_a_label_that_no_exchange_has_is_refused() -> None:
    with pytest.raises(InvalidInput, match="line 2, column Label: not known of an exchange: 'realized gain'"):
        read(KOINLY + "2024-01-02 10:00:00 UTC,1,ETH,2500,OLD,,,,,realized gain,,\n")


def test_ignored_lines_are_left_out_with_that_reason() -> None:
    koinly = read(KOINLY + "2024-01-02 10:00:00 UTC,,,9,SPAM,,,,,ignored,,\n")
    header = EXPORT + ",Ignored\n"
    line = "01/14/2024 10:00:00,RECEIVE,t1,9,SPAM,,W,,,,,,,,,,,,,,,{}\n"
    tracker = read(header + line.format("TRUE") + line.replace("t1", "t2").format("FALSE"))
    assert (len(koinly), len(tracker)) == (0, 1)
    assert [event.fate for event in koinly.events] == ["marked as ignored in Koinly"]
    assert tracker.events[0].fate == "marked as ignored in CoinTracker"
