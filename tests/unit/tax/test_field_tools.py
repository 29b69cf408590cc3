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
from tests.unit.tax.test_field_files import COINBASE, KOINLY, KRAKEN, read

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


# A trade of several assets has a line for each; an id is of one event.


def tracked(*lines: str) -> str:
    return EXPORT + "\n" + "".join(f"{line}\n" for line in lines)


LEGS = (
    "01/13/2024 10:00:00,MULTI_TOKEN_TRADE,t1,1,ETH,2000,W,,,,,,,,,,,,,,0x1",
    "01/13/2024 10:00:00,MULTI_TOKEN_TRADE,t1,,,,,,,1000,USDC,1000,W,,,5,USD,5,,,0x1",
    "01/13/2024 10:00:00,MULTI_TOKEN_TRADE,t1,,,,,,,800,DAI,800,W,,,,,,,,0x1",
)


def test_each_leg_of_a_trade_of_several_assets_is_read_and_its_fee_counts_once() -> None:
    rows = read(tracked(*LEGS))
    assert [(row["type"], row["asset"], row.get("value"), row.get("fee")) for row in rows] == [
        ("buy", "ETH", "2000", None),
        ("sell", "USDC", None, "5"),
        ("sell", "DAI", None, None),
    ]
    out = result("US", [*rows])
    assert (out["totals"]["proceeds"], [row["cost_basis"] for row in out["remaining"]]) == ("1995", ["2000"])
    both = "01/13/2024 10:00:00,MULTI_TOKEN_TRADE,t1,3,UNI,30,W,,,30,USDT,30,W,,,2,USD,2,,,0x1"
    assert [row.get("fee") for row in read(tracked(LEGS[0], both))] == [None, "2", None], "of one line once"
    with pytest.raises(InvalidInput, match="the same line of this trade stands above"):
        read(tracked(*LEGS, LEGS[2]))


def test_spam_is_left_out_with_that_reason() -> None:
    rows = read(tracked("01/13/2024 10:00:00,SPAM,t1,1,XX,,W,,,,,,,,,,,,,,"))
    assert (len(rows), rows.events[0].fate) == (0, "marked as spam in CoinTracker")


COINBASE_BUY = "{},2024-01-0{} 10:00:00 UTC,Buy,ETH,{},USD,$2000,$2000.00,$2000.00,$0.00,{}\n"
KRAKEN_IN = '"{}","R{}","2024-01-0{} 09:00:00","deposit","","currency","XXBT","s","{}","0","1"\n'


@pytest.mark.parametrize(
    ("header", "line", "column"),
    [(COINBASE, COINBASE_BUY, "ID"), (KRAKEN, KRAKEN_IN, "txid")],
    ids=["coinbase", "kraken"],
)
def test_an_id_that_stands_on_two_events_is_refused_and_a_line_that_stands_twice_left_out(
    header: str, line: str, column: str
) -> None:
    def of(day: int, amount: str) -> str:
        return line.format("a", day, amount, "") if line == COINBASE_BUY else line.format("a", 1, day, amount)

    twice = read(header + of(1, "1") + of(1, "1"))
    fates = {event.fate for event in twice.events} - {None}
    assert (len(twice), fates) == (1, {f"the same {column} stands on an earlier line"})
    for other in (of(1, "2"), of(2, "1")):
        with pytest.raises(InvalidInput, match=rf"line 3, column {column}: 'a' stands on line 2 already, for another"):
            read(header + of(1, "1") + other)


# What a note says otherwise than its columns.


@pytest.mark.parametrize(
    ("amount", "note", "refused"),
    [
        ("1", "Bought 2 ETH for 2000 USD", True),
        ("0.123456789", "Bought 0.12345679 ETH for 2000 USD", False),
        ("1", "Bought 1.5 ETH for 2000 USD", True),
        ("1.5", "Bought 1 ETH for 2000 USD", True),
        ("1.00000001", "Bought 1 ETH for 2000 USD", False),
    ],
)
def test_a_note_of_another_amount_than_its_column_is_refused(amount: str, note: str, refused: bool) -> None:
    text = COINBASE + COINBASE_BUY.format("a", 1, amount, note)
    if not refused:
        assert read(text)[0]["amount"] == amount
        return
    with pytest.raises(InvalidInput, match=r"line 2, column Quantity Transacted: .* and the note says"):
        read(text)


def test_the_spread_of_a_conversion_is_no_cost_and_told_of() -> None:
    rows = read(
        COINBASE
        + "c,2024-02-01 10:00:00 UTC,Convert,BTC,-0.1,USD,$43000,$4300,$4330,$30.00,Converted 0.1 BTC to 1.8 ETH\n"
    )
    assert [notice.code for notice in rows.notices] == ["fee_not_counted"]
    with pytest.raises(InvalidInput, match=r"the note says 0\.1"):
        read(
            COINBASE
            + "c,2024-02-01 10:00:00 UTC,Convert,BTC,-0.2,USD,$43000,$4300,$4330,$0,Converted 0.1 BTC to 1.8 ETH\n"
        )


# What Koinly says that things were worth.


def bulk(net: str, fee: str, code: str = "USD;5") -> str:
    known = f"{net},{fee},27,5,{code}"
    return (
        BULK + f"K1,,2024-01-02 10:00:00,exchange,,L;2,2,100,DAI;5,L;2,2,9,UNI;7,0.01,BNB;9,{known},false,,,,,,,,,,\n"
    )


@pytest.mark.parametrize(
    ("net", "fee", "worth"),
    [(",", ",", ("27", "5")), ("50,USD;5", ",", ("50", "5")), (",", "7,USD;5", ("27", "7"))],
)
def test_what_the_user_wrote_counts_before_what_koinly_says_also_of_fees(
    net: str, fee: str, worth: tuple[str, str]
) -> None:
    (row,) = read(bulk(net, fee))
    assert (row["to_value"], row["fee"], row["fee_asset"], row["fee_amount"]) == (*worth, "BNB", "0.01")


def test_a_fees_value_of_another_currency_is_left_to_the_prices() -> None:
    (row,) = read(bulk(",", ",", "EUR;3"))
    assert (row["value_currency"], "fee" in row) == ("EUR", False)


def test_a_report_says_what_its_fees_were_worth() -> None:
    header = "\n".join(exports.KOINLY_REPORT.splitlines()[:3]) + "\n"
    (row,) = read(header + "2024-01-02 10:00:00 UTC,exchange,,K,1000,DAI,1,K,0.4,ETH,1,0.01,BNB,0,1000,3.2,,,,\n")
    assert (row["fee"], row["fee_asset"]) == ("3.2", "BNB")
    transfer = "2024-01-02 10:00:00 UTC,transfer,,K,1,ETH,1,L,1,ETH,1,0.01,BNB,0,1000,3.2,,,,\n"
    (moved_,) = read(header + transfer)
    assert (moved_["type"], moved_["fee"]) == ("transfer", "3.2")
