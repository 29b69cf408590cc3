"""Events of real files beside trades: plans, launches, payments, bridges, new names for old tokens."""

# ruff: noqa: E501 - an export's line is as long as it is

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from premium.tax.calculation import calculate
from premium.tax.document.files import read_documents
from premium.tax.importers.cells import time_of
from premium.tax.importers.recognition import rows_of_csv
from premium.tax.neutral.rows import BLANK
from premium.tax.neutral.sources import FileRows, source_of
from premium.tax.rules.conversions import Conversion
from premium.tax.rules.receipts import Receipt
from premium.tax.rules.registry import JURISDICTIONS
from tests.unit.tax.histories import result, tx

pytestmark = pytest.mark.unit

BINANCE = "User_ID,UTC_Time,Account,Operation,Coin,Change,Remark\n"
ROTKI = "timestamp,event_type,event_subtype,location,location_label,asset,asset_symbol,amount,fiat_value,identifier,entry_type,event_identifier,sequence_index,direction,extra_data,user_notes,counterparty,tx_ref\n"
PRICES = (
    ("USDT", "2024-01-01", "1"),
    ("BTC", "2024-01-01", "50000"),
    ("ETH", "2024-01-01", "2500"),
    ("BNB", "2024-01-01", "300"),
)


def binance(*lines: str, country: str = "US", currency: str = "USD") -> dict[str, Any]:
    """The result of a statement's lines, `HH:MM:SS operation coin change`, of one day, with that day's prices."""
    made = []
    for line in lines:
        when, operation, coin, change = (part.strip() for part in line.split("|"))
        made.append(f"1,2024-01-01 {when},Spot,{operation},{coin},{change},")
    rows = [*rows_of_csv(BINANCE + "\n".join(made), "b.csv", currency=currency)]
    own = [tx(f"p{asset}", day, "buy", "1", price, asset=asset) for asset, day, price in PRICES]
    return result(country, [*own, *rows])


def left(out: dict[str, Any], asset: str) -> tuple[str, str]:
    """What is left of an asset beside the unit that its price was stated by."""
    (row,) = [each for each in out["remaining"] if each["asset"] == asset and each["wallet"] in ("*", "Binance")]
    return row["amount"], row["cost_basis"]


def test_a_plan_buys_several_coins_within_minutes_of_its_payment() -> None:
    out = binance(
        "10:00:00 | Auto-Invest Transaction | USDT | -100",
        "10:02:00 | Auto-Invest Transaction | XYZ | 7",
        "10:02:05 | Auto-Invest Transaction | ETH | 0.02",
        "11:00:00 | Auto-Invest Transaction | USDT | -40",
        "11:00:30 | Auto-Invest Transaction | XYZ | 3",
    )
    assert left(out, "XYZ") == ("10", "90"), "what ETH leaves of 100, and 40"


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["10:00:00 | Auto-Invest Transaction | BTC | 0.1"], "what was given for it stands in no line"),
        (
            ["10:00:00 | Binance Convert | BTC | -0.1", "10:00:09 | Binance Convert | ETH | 1"],
            "one side of an exchange",
        ),
        (["10:00:00 | Buy | BTC | 1", "10:00:00 | Buy | ETH | 1", "10:00:00 | Buy | USDT | -9"], "no single trade"),
    ],
)
def test_halves_that_nothing_ties_together_are_refused(lines: list[str], says: str) -> None:
    with pytest.raises(Exception, match=says):
        binance(*lines)


def test_a_launch_costs_what_was_not_given_back() -> None:
    out = binance(
        "10:00:00 | Launchpad Subscribe | BNB | -0.5",
        "11:00:00 | Launchpad Subscribe | BNB | 0.4",
        "11:00:00 | Launchpad Token Distribution | XYZ | 100",
    )
    assert left(out, "XYZ") == ("100", "30"), "0.1 BNB at 300"


def test_what_was_paid_outside_the_statement_is_told_of() -> None:
    lines = "1,2024-01-01 12:00:00,Funding,P2P Trading,USDT,200,\n1,2024-01-01 13:00:00,Card,Binance Card Spending,USDT,-1,\n"
    lines += "1,2024-01-01 14:00:00,Spot,Launchpad Token Distribution,XYZ,5,\n1,2024-01-01 15:00:00,Spot,Launchpad Subscribe,BNB,-5,\n"
    rows = rows_of_csv(BINANCE + lines, "b.csv")
    assert isinstance(rows, FileRows)
    assert [row["type"] for row in rows] == ["buy", "sell", "buy"]
    assert [told.code for told in rows.notices] == [*["paid_elsewhere"] * 3, "subscription_open"]


def test_units_that_are_taken_back_lessen_what_was_distributed_and_are_lost_beyond_it() -> None:
    out = binance(
        "10:00:00 | Distribution | BTC | 3",
        "11:00:00 | Asset Recovery | BTC | -1",
        "12:00:00 | Asset Recovery | ETH | -0.5",
    )
    assert [(event["value"], event["kind"]) for event in out["income"]] == [("100000", "airdrop")]
    assert out["disposals"] == [], "nothing was received for what was taken back"


@pytest.mark.parametrize("code", sorted(JURISDICTIONS))
def test_a_token_under_a_new_name_keeps_its_cost_in_every_country(code: str) -> None:
    rows = [
        tx("b1", "2023-01-10", "buy", "100", "50", asset="OLD"),
        tx("b2", "2023-02-10", "buy", "100", "150", asset="OLD"),
        tx("m", "2023-03-10", "migration", "150", None, asset="OLD", to_asset="NEW", to_amount="15"),
        tx("s", "2023-06-10", "sell", "15", "300", asset="NEW"),
        tx("s2", "2023-06-11", "sell", "50", "60", asset="OLD"),
    ]
    out = result(code, rows)
    costs = dict.fromkeys(("NEW", "OLD"), 0.0)
    for row in out["disposals"]:
        costs[row["asset"]] += float(row["cost_basis"])
    by_lots = JURISDICTIONS[code].methods[0] in ("fifo", "ie_fifo_four_week")
    of_pool = {"NEW": 160, "OLD": 40} if code == "FR" else {"NEW": 150, "OLD": 50}
    assert costs == ({"NEW": 125, "OLD": 75} if by_lots else of_pool)
    assert out["totals"]["total"] == "160"


def test_rotkis_bridge_between_two_chains_of_one_address_is_one_transfer() -> None:
    lines = """01/02/2024 09:00:00 UTC,trade,spend,kraken,me,USD,USD,2000,2000,1,s,e0,0,out,,,,
01/02/2024 09:00:00 UTC,trade,receive,kraken,me,ETH,ETH,1,2000,2,s,e0,1,in,,,,
22/02/2024 10:00:00 CET,deposit,bridge,ethereum,me,ETH,ETH,0.9,1800,5,e,e3,1,out,,,arbitrum_one,0xaa
22/02/2024 10:10:00 CET,withdrawal,bridge,arbitrum_one,me,ETH,ETH,0.899,1798,7,e,e4,0,in,,,arbitrum_one,0xbb
"""
    out = result("US", [*rows_of_csv(ROTKI + lines, "r.csv")])
    assert [(row["amount"], row["sold"], row["cost_basis"]) for row in out["disposals"]] == [
        ("0.001", "2024-02-22T09:00:00Z", "2")
    ]
    assert [row["amount"] for row in out["remaining"]] == ["0.999"]


def test_rotkis_older_wrapping_staking_and_renewal_are_what_they_are() -> None:
    lines = """01/02/2024 09:00:00 UTC,trade,spend,kraken,K,USD,USD,2000,2000,1,s,e0,0,out,,,,
01/02/2024 09:00:00 UTC,trade,receive,kraken,K,ETH,ETH,1,2000,2,s,e0,1,in,,,,
03/02/2024 09:00:00 UTC,deposit,deposit asset,ethereum,K,ETH,ETH,0.5,1000,1,s,e1,0,out,,,lido,0x1
03/02/2024 09:00:00 UTC,receive,receive wrapped,ethereum,K,STETH,stETH,0.5,1000,2,s,e1,1,in,,,lido,0x1
04/02/2024 09:00:00 UTC,staking,deposit asset,ethereum,K,ETH,ETH,0.25,500,1,s,e2,0,out,,,eth2,0x2
05/02/2024 09:00:00 UTC,staking,block production,ethereum,K,ETH,ETH,0.01,20,1,s,e3,0,in,,,eth2,
06/02/2024 09:00:00 UTC,staking,remove asset,ethereum,K,ETH,ETH,0.25,500,1,s,e4,0,in,,,eth2,
27/02/2024 09:00:00 UTC,renew,,ethereum,K,ETH,ETH,0.02,40,1,s,e5,0,out,,,ens,0x5
"""
    out = result("US", [*rows_of_csv(ROTKI + lines, "r.csv")])
    assert {row["asset"]: (row["amount"], row["cost_basis"]) for row in out["remaining"]} == {
        "ETH": ("0.49", "980"),
        "stETH": ("0.5", "1000"),
    }
    assert [(event["value"], event["kind"]) for event in out["income"]] == [("20", "staking")]
    assert [(row["amount"], row["proceeds"]) for row in out["disposals"]] == [("0.02", "40")]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("01/02/2024 10:00:00 CET", "2024-02-01T09:00:00+00:00"),
        ("01/07/2024 10:00:00 CEST", "2024-07-01T08:00:00+00:00"),
        ("2024-02-01 10:00:00 EST", "2024-02-01T15:00:00+00:00"),
        ("01/02/2024 10:00:00 +0530", "2024-02-01T04:30:00+00:00"),
        ("01/02/2024 10:00:00 UTC-3", "2024-02-01T13:00:00+00:00"),
        ("01/02/2024 10:00:00 CST", None),
        ("01/02/2024 10:00:00 IST", None),
    ],
)
def test_abbreviations_of_zones_are_read_alike_on_every_machine_or_refused(text: str, utc: str | None) -> None:
    if utc is None:
        with pytest.raises(ValueError, match="names more than one clock"):
            time_of(text, ("%d/%m/%Y %H:%M:%S",))
    else:
        moment = time_of(text, ("%d/%m/%Y %H:%M:%S",))
        assert (moment - moment.utcoffset()).replace(tzinfo=None).isoformat() + "+00:00" == utc  # type: ignore[operator]


@pytest.mark.parametrize("code", sorted(set(JURISDICTIONS) - {"generic", "UK"}))
def test_each_row_of_a_countrys_table_has_its_source_or_says_that_none_was_found(code: str) -> None:
    rules = JURISDICTIONS[code]
    assert set(rules.receipts) >= {
        "fork",
        "airdrop",
        "staking",
        "mining",
        "interest",
        "liquidity_reward",
        "royalty",
        "rebate",
    }
    assert set(rules.conversions) == {"wrap", "bridge", "migration", "lp_add", "lp_remove", "loan", "collateral"}
    rows: list[Receipt | Conversion] = [*rules.receipts.values(), *rules.conversions.values()]
    for row in rows:
        assert len(row.source) > 15
        assert row.assumed is ("; treated as " in row.source)
        assert not row.assumed or " because " in row.source


def test_a_treatment_that_no_authority_states_is_told_of_once_a_kind() -> None:
    rows = [
        tx("b", "2024-01-10", "buy", "10", "1"),
        tx("c", "2024-01-11", "collateral", "1", None, direction="out"),
        tx("d", "2024-01-12", "collateral", "1", None, direction="out"),
    ]
    for code, count in (("GB", 1), ("AU", 1), ("generic", 0)):
        told = [each for each in result(code, rows)["warnings"] if each["code"] == "treatment_without_source"]
        assert len(told) == count
        assert all("treated as a move because" in each["message"] for each in told)


def test_money_earns_interest_and_secures_no_chain() -> None:
    rows = [tx("i", "2024-01-10", "income", "5", "1", asset="EUR", kind="staking")]
    assert [event["kind"] for event in result("DE", rows)["income"]] == ["interest"]


KRAKEN = "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance\n"
BOUGHT = (
    "A,R,2024-01-02 10:00:00,trade,,currency,BTC,0.5,0,0.5\nB,R,2024-01-02 10:00:00,trade,,currency,USD,-20000,0,0\n"
)
OWN = "id,timestamp,type,asset,amount,value,wallet\n"


def test_a_last_line_that_breaks_off_is_refused_where_it_does() -> None:
    with pytest.raises(Exception, match=r"line 3, column amount: the file breaks off in this line"):
        rows_of_csv(
            KRAKEN
            + "A,T,2024-01-02 09:00:00,deposit,,currency,BTC,0.5,0,0.5\nB,U,2024-01-02 10:00:00,deposit,,currency,USD,-200",
            "k.csv",
        )
    *_, last = rows_of_csv(OWN + "b,2024-01-01,buy,BTC,1,20000,K\ns,2024-02-01,sell,BTC,1,2", "own.csv")
    assert (last.field, last.reason) == ("value", "the file breaks off in this line")
    (_, row) = rows_of_csv(OWN + "b,2024-01-01,buy,BTC,1,20000,K", "own.csv")
    assert row["wallet"] == "K", "a whole line without a line break is whole"


def test_a_header_that_stands_in_the_middle_again_is_left_out_by_name() -> None:
    rows = rows_of_csv(
        KRAKEN + BOUGHT + KRAKEN + BOUGHT.replace("R", "S").replace("A,", "C,").replace("B,", "D,"), "k.csv"
    )
    assert isinstance(rows, FileRows)
    assert ([row["id"] for row in rows], source_of(rows).tally().sentence) == (
        ["kraken:R", "kraken:S"],
        ": 5 lines = 4 read + 1 left out (1 from line 4 on: the header stands here again) + 0 refused",
    )
    own = rows_of_csv(OWN + "b,2024-01-01,buy,BTC,1,2,K\n" + OWN, "o.csv")
    assert [row["id"] for row in own if row is not BLANK] == ["b"]


@pytest.mark.parametrize(
    ("line", "doubted"),
    [
        ("my1,2024-01-02T10:00:00Z,buy,BTC,0.5,20000,Kraken", True),
        ("my1,2024-01-02T10:00:31Z,buy,BTC,0.5,20000,Kraken", True),
        ("my1,2024-01-02T10:00:00.4Z,buy,BTC,0.50000001,20000,Kraken", True),
        ("my1,2024-01-02T10:00:01Z,buy,BTC,0.5,20000,A tool that gathers", True),
        ("my1,2024-01-02T10:00:31Z,buy,BTC,0.5,20000,Another", False),
        ("my1,2024-01-02T10:00:00Z,buy,BTC,0.51,20000,Kraken", False),
        ("my1,2024-01-02T10:02:00Z,buy,BTC,0.5,20000,Kraken", False),
        ("my1,2024-01-02T10:00:00Z,sell,BTC,0.5,20000,Kraken", False),
    ],
)
def test_one_trade_of_two_sources_is_doubted_however_they_round_it(line: str, doubted: bool, tmp_path: Path) -> None:
    names = []
    for name, text in (("k.csv", KRAKEN + BOUGHT), ("o.csv", OWN + line + "\n")):
        (tmp_path / name).write_text(text)
        names.append(str(tmp_path / name))
    report = calculate(read_documents(names), jurisdiction="US")
    assert ("possible_duplicate" in {remark.code for remark in report.remarks}) is doubted


def test_a_trade_is_known_by_its_lines_in_whatever_order_they_stand() -> None:
    lines = ["1,2024-01-02 10:00:00,Spot,Buy,BTC,0.5,\n", "1,2024-01-02 10:00:00,Spot,Buy,USDT,-20000,\n"]
    here, there = (rows_of_csv(BINANCE + "".join(each), "b.csv") for each in (lines, lines[::-1]))
    assert [row["id"] for row in here] == [row["id"] for row in there]
