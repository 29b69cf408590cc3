"""One event that two files tell of otherwise is doubted: rounded, by the minute, with or without a zone."""

# ruff: noqa: E501 - an export's line is as long as it is

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from premium.errors import InvalidInput
from premium.tax.calculation import calculate
from premium.tax.document.files import read_documents
from premium.tax.importers.recognition import rows_of_csv
from premium.tax.reports.result import document
from tests.unit.tax import exports
from tests.unit.tax.test_field_files import COINBASE, KOINLY, KRAKEN

pytestmark = pytest.mark.unit
OLD = "Timestamp,Transaction Type,Asset,Quantity Transacted,USD Spot Price at Transaction,USD Subtotal,USD Total (inclusive of fees),USD Fees,Notes\n"


def doubted(folder: Path, **files: str) -> list[str]:
    paths = []
    for name, text in files.items():
        path = folder / f"{name}.csv"
        path.write_text(text)
        paths.append(str(path))
    out = document(calculate(read_documents(paths), jurisdiction="US", time_zone="UTC"))
    return [each["code"] for each in out["warnings"] if each["code"] in ("possible_duplicate", "duplicate")]


def kraken(*lines: str) -> str:
    return KRAKEN + "".join(f"{line}\n" for line in lines)


BOUGHT = kraken(
    "L1,T1,2024-01-02 09:00:31,trade,,currency,ZUSD,s,-1000,1,0",
    "L2,T1,2024-01-02 09:00:31,trade,,currency,XXBT,s,0.0212345678,0,0",
)


def test_a_tool_that_writes_the_minute_alone_is_doubted(tmp_path: Path) -> None:
    koinly = KOINLY + "2024-01-02 09:00 UTC,1000,USD,0.02123456,BTC,1,USD,1000,USD,,,\n"
    assert doubted(tmp_path, kraken=BOUGHT, koinly=koinly) == ["possible_duplicate"]
    later = koinly.replace("09:00 UTC", "09:02 UTC")
    assert doubted(tmp_path, kraken=BOUGHT, koinly=later) == []


def test_a_withdrawal_that_two_sources_tell_of_is_doubted_and_its_arrival_is_not(tmp_path: Path) -> None:
    left = kraken("L1,T1,2024-01-02 09:00:00,withdrawal,,currency,XXBT,s,-0.02,0.0001,0")
    assert doubted(tmp_path, kraken=left, koinly=KOINLY + "2024-01-02 09:00:00 UTC,0.02,BTC,,,,,,,,,\n") == [
        "possible_duplicate"
    ]
    assert doubted(tmp_path, kraken=left, koinly=KOINLY + "2024-01-02 09:00:00 UTC,,,0.02,BTC,,,,,,,\n") == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("1.23456789", "1.234567891234", ["possible_duplicate"]),
        ("1.23456789", "1.23456789", ["duplicate"]),
        ("0.5", "0.5012", []),  # two fills of one second
    ],
)
def test_one_exchanges_exports_of_two_years_are_doubted_where_one_rounds(
    tmp_path: Path, old: str, new: str, told: list[str]
) -> None:
    earlier = OLD + f"2023-01-02T10:00:00Z,Buy,ETH,{old},1500,1851.85,1861.85,10,x\n"
    later = COINBASE + f"id1,2023-01-02 10:00:00 UTC,Buy,ETH,{new},USD,$1500,$1851.85,$1861.85,$10.00,x\n"
    assert doubted(tmp_path, old=earlier, new=later) == told


@pytest.mark.parametrize(
    "line",
    [
        KOINLY + "2024-12-31 23:30:00{},,,1,BTC,,,100,USD,staking,,\n",
        COINBASE + "a,2024-12-31 23:30:00{},Staking Income,ETH,0.5,USD,$1.00,$0.50,$0.50,$0.00,\n",
        exports.ROTKI.splitlines()[0] + "\n31/12/2024 23:30:00{},staking,reward,kraken,K,DOT,DOT,0.5,4,4,e,a,0,in,,\n",
    ],
    ids=["koinly", "coinbase", "rotki"],
)
def test_a_time_without_a_zone_is_told_of_and_is_the_same_event_as_with_utc(line: str) -> None:
    (bare,), (zoned,) = rows_of_csv(line.format(""), "f.csv"), rows_of_csv(line.format(" UTC"), "f.csv")
    assert (bare["timestamp"], zoned["timestamp"]) == ("2024-12-31T23:30:00", "2024-12-31T23:30:00+00:00")
    assert bare["id"] == zoned["id"]


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        (
            (
                "txid,ordertxid,pair,time,type,ordertype,price,cost,fee,vol,margin,misc,ledgers\n"
                "T1,O1,XBTUSD,2023-01-02 10:00:00,buy,limit,1,1,0,1,0.0,,L1\n"
            ),
            "the Ledgers have all of it",
        ),
        (
            "Date(UTC),Pair,Side,Price,Executed,Amount,Fee\n2023-01-02 10:00:00,ETHBTC,BUY,1,1ETH,1BTC,0BNB\n",
            "the transaction history of all accounts has all of it",
        ),
        (
            (
                "portfolio,trade id,product,side,created at,size,size unit,price,fee,total,price/fee/total unit\n"
                "default,1,BTC-USD,BUY,2021-03-02T10:00:00Z,1,BTC,1,0,-1,USD\n"
            ),
            "the account statement has all of it",
        ),
    ],
)
def test_exports_that_say_less_than_others_are_told_of_with_the_right_one(text: str, advice: str) -> None:
    rows: Any = rows_of_csv(text, "t.csv")
    assert [notice.code for notice in rows.notices] == ["part_of_history"]
    assert advice in rows.notices[0].message


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04abc", "a workbook or a ZIP"),
        (b"\x1f\x8b\x08abc", "compressed"),
        (b"%PDF-1.4", "a PDF"),
        (b"\xd0\xcf\x11\xe0abc", "xls"),
    ],
)
def test_a_file_that_is_no_text_is_called_what_it_is(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=what):
        read_documents([str(path)])
