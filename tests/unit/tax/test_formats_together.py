"""Declared formats beside one another and in other notations: what is one event stays one, or is doubted."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from premium.tax.importers.base import numbered
from premium.tax.importers.declared.formats import Format
from premium.tax.importers.headers import find, header_of, stripped
from premium.tax.importers.recognition import rows_of_csv
from premium.tax.neutral.rows import Unreadable
from tests.unit.tax.test_formats import FOLDER, SAMPLES, Text, _name, _read, _said, _wallet
from tests.unit.tax.test_said_by_two import doubted

pytestmark = pytest.mark.unit

LEDGER = """"txid","refid","time","type","subtype","aclass","asset","amount","fee","balance"
"L1","T1","2023-01-02 10:00:00","trade","","currency","ZUSD",-1000.0,1.6,0
"L2","T1","2023-01-02 10:00:00","trade","","currency","XXBT",0.05,0,0.05
"""
KRAKEN_TRADES = """txid,ordertxid,pair,time,type,ordertype,price,cost,fee,vol,margin,misc,ledgers
T1,O1,XXBTZUSD,2023-01-02 10:00:00,buy,limit,20000.0,1000.0,1.6,0.05,0.00000,,L1
"""
STATEMENT = """User_ID,UTC_Time,Account,Operation,Coin,Change,Remark
1,2023-01-02 10:00:00,Spot,Buy,BTC,0.05,
1,2023-01-02 10:00:00,Spot,Buy,EUR,-1000,
1,2023-01-02 10:00:00,Spot,Fee,BNB,-0.001,
"""
BINANCE_TRADES = """Date(UTC),Pair,Side,Price,Executed,Amount,Fee
2023-01-02 10:00:00,BTCEUR,BUY,20000,0.05BTC,1000EUR,0.001BNB
"""
KUCOIN_2022 = """UID,Account Type,Order ID,Symbol,Side,Order Type,Avg. Filled Price,Filled Amount,Filled Volume,\
Filled Volume (USDT),Filled Time(UTC+08:00),Fee,Tax,Maker/Taker,Fee Currency
1,m,a1,BTC-USDT,BUY,LIMIT,50000,0.02,1000,1000,2022-03-02 18:00:00,1,,TAKER,USDT
"""
KUCOIN_2019 = """tradeCreatedAt,symbol,side,price,size,funds,fee,feeCurrency
2022-03-02 18:00:00,BTC-USDT,buy,50000,0.020,1000.0,1,USDT
"""


def test_two_exports_of_one_exchange_that_tell_of_one_trade_are_doubted(tmp_path: Path) -> None:
    assert "possible_duplicate" in doubted(tmp_path, ledger=LEDGER, trades=KRAKEN_TRADES)
    assert "possible_duplicate" in doubted(tmp_path, statement=STATEMENT, trades=BINANCE_TRADES)


def test_one_trade_in_the_headers_of_two_years_is_one_trade(tmp_path: Path) -> None:
    assert set(doubted(tmp_path, new=KUCOIN_2022, old=KUCOIN_2019)) == {"duplicate"}


def test_equal_lines_without_an_id_are_two_events_and_the_file_twice_adds_none() -> None:
    text = KUCOIN_2019 + KUCOIN_2019.splitlines()[1] + "\n"
    first, second = (row["id"] for row in rows_of_csv(text, "k.csv"))
    assert second == f"{first}:2"
    assert [row["id"] for row in rows_of_csv(text, "k.csv")] == [first, second]


def _with_commas(text: str) -> str:
    """The file as a spreadsheet of another country saves it: semicolons, and commas in its numbers."""
    found = find(Text(text), "t.csv", None)
    out = io.StringIO()
    numbers: set[int] = set()
    for place, row in numbered(io.StringIO(text), found.delimiter):
        cells = [c.replace(",", "").replace(".", ",") if n in numbers else c for n, c in enumerate(row)]
        csv.writer(out, delimiter=";", lineterminator="\n").writerow(cells)
        if place == found.line:
            header = header_of(stripped(row))
            names = found.importer.number_columns(header)
            numbers = {n for n, name in enumerate(header) if name in names}
    return out.getvalue()


@pytest.mark.parametrize(("each", "sample"), SAMPLES, ids=[sample for _, sample in SAMPLES])
def test_a_sample_saved_again_with_decimal_commas_reads_alike(each: Format, sample: str) -> None:
    text = _with_commas((FOLDER / f"{sample}.csv").read_text())
    again = rows_of_csv(text, _name(sample), lenient=True, currency="USD", decimal_mark=",")
    told = [
        [row.column if isinstance(row, Unreadable) else list(_said(row, _wallet(each))) for row in rows]
        for rows in (_read(sample), again)
    ]
    assert told[0] == told[1]


def test_an_explorer_of_another_chain_is_read_by_its_own_coin() -> None:
    """SnowTrace's header, as BittyTax's src/bittytax/conv/parsers/snowtrace.py has it."""
    me, other = "0x" + "a" * 40, "0x" + "b" * 40
    text = f"""Txhash,Blockno,UnixTimestamp,DateTime,From,To,ContractAddress,Value_IN(AVAX),Value_OUT(AVAX),\
CurrentValue @ $30/AVAX,TxnFee(AVAX),TxnFee(USD),Historical $Price/AVAX,Status,ErrCode,PrivateNote
0x1,1,1704189600,2024-01-02 10:00:00,{other},{me},,1.5,0,45,0.001,0.03,20,,,
0x2,2,1704276000,2024-01-03 10:00:00,{me},{other},,0,0.5,15,0.002,0.06,21,,,
"""
    rows = rows_of_csv(text, f"export-{me}.csv")
    assert [(row["type"], row["asset"], row["amount"]) for row in rows] == [
        ("transfer_in", "AVAX", "1.5"),
        ("transfer_out", "AVAX", "0.5"),
        ("fee", "AVAX", "0.002"),
    ]
