"""Importers. Every fixture here was made up after the columns that each module cites; none is a real person's file."""

from __future__ import annotations

from typing import Any

import pytest

from premium.errors import InvalidInput
from premium.tax.importers.recognise import IMPORTERS, rows_of_csv
from tests.unit.tax.histories import result

pytestmark = pytest.mark.unit

COINBASE = """You can use this transaction report to inform your likely tax obligations.

Transactions
User,Jane Example,00000000-0000-0000-0000-000000000000
ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,Total (inclusive of fees and/or spread),Fees and/or Spread,Notes
a1,2024-01-02 10:00:00 UTC,Buy,BTC,0.5,USD,$42000.00,"$21,000.00","$21,100.00",$100.00,Bought 0.5 BTC for 21100 USD
a2,2024-02-02 10:00:00 UTC,Convert,BTC,-0.1,USD,$43000.00,$4300.00,$4300.00,$0.00,Converted 0.1 BTC to 1.8 ETH
a3,2024-02-03 10:00:00 UTC,Staking Income,ETH,0.01,USD,$2400.00,$24.00,$24.00,$0.00,
a4,2024-03-02 10:00:00 UTC,Send,BTC,-0.2,USD,$60000.00,-$12000.00,-$12000.00,$0.00,Sent 0.2 BTC to bc1qexample
a5,2024-04-02 10:00:00 UTC,Sell,BTC,-0.2,USD,$65000.00,$13000.00,$12950.00,$50.00,Sold 0.2 BTC for 12950 USD
"""
KRAKEN = """"txid","refid","time","type","subtype","aclass","subclass","asset","wallet","amount","fee","balance"
"L0","R0","2024-01-01 08:00:00","deposit","","currency","fiat","ZUSD","spot / main","1000.0000","0.0000","1000.0000"
"L1","T1","2024-01-02 08:00:00","trade","tradespot","currency","fiat","ZUSD","spot / main","-420.0000","1.0920","578.9080"
"L2","T1","2024-01-02 08:00:00","trade","tradespot","currency","crypto","XXBT","spot / main","0.0100000000","0.0000000000","0.0100000000"
"L3","R3","2024-02-02 08:00:00","earn","reward","currency","crypto","DOT.S","spot / main","0.5000000000","0.1000000000","0.4000000000"
"L4","R4","2024-03-02 08:00:00","withdrawal","","currency","crypto","XXBT","spot / main","-0.0050000000","0.0001000000","0.0049000000"
"""
BINANCE = """User_ID,UTC_Time,Account,Operation,Coin,Change,Remark
1,2024-01-02 10:00:00,Spot,Transaction Buy,ETH,0.6,
1,2024-01-02 10:00:00,Spot,Transaction Buy,ETH,0.4,
1,2024-01-02 10:00:00,Spot,Transaction Spend,USDT,-2200,
1,2024-01-02 10:00:00,Spot,Transaction Fee,BNB,-0.005,
1,2024-01-03 10:00:00,Spot,Simple Earn Flexible Interest,ETH,0.001,
1,2024-01-04 10:00:00,Spot,Simple Earn Flexible Subscription,ETH,-0.5,
1,2024-01-05 10:00:00,Spot,Withdraw,ETH,-0.25,
"""
GEMINI = """Date,Time (UTC),Type,Symbol,Specification,Liquidity Indicator,Trading Fee Rate (bps),USD Amount USD,Fee (USD) USD,USD Balance USD,BTC Amount BTC,Fee (BTC) BTC,BTC Balance BTC,Trade ID,Tx Hash
2024-01-02,10:00:00.123,Buy,BTCUSD,Market,Taker,25,"($420.00)",($1.05),$578.95,0.01 BTC,,0.01 BTC,77,
2024-02-02,10:00:00,Debit,BTC,Withdrawal (BTC),,,,,,(0.005 BTC),(0.0001 BTC),0.0049 BTC,,abc
,,,,,,,1,1,1,1,1,1,,
"""
KOINLY = """Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,Net Worth Amount,Net Worth Currency,Label,Description,TxHash
2024-01-02 10:00:00 UTC,420,USD,0.01,BTC,1,USD,420,USD,,,
2024-02-02 10:00:00 UTC,,,0.5,DOT;3054,,,4,USD,staking,,
2024-03-02 10:00:00 UTC,0.002,BTC,,,,,120,USD,gift,,
2024-03-03 10:00:00 UTC,0.001,BTC,0.02,ETH,0.0001,ETH,60,USD,,,0xabc
"""
COINTRACKER = """Date,Received Quantity,Received Currency,Sent Quantity,Sent Currency,Fee Amount,Fee Currency,Tag
01/02/2024 10:00:00,0.01,BTC,420,USD,1,USD,
02/02/2024 10:00:00,0.5,DOT,,,,,staked
03/02/2024 10:00:00,,,0.002,BTC,,,lost
"""
ROTKI = """timestamp,event_type,event_subtype,location,location_label,asset,asset_symbol,amount,fiat_value,identifier,entry_type,event_identifier,sequence_index,direction,extra_data,user_notes
02/01/2024 10:00:00 UTC,trade,spend,kraken,My Kraken,USD,USD,420,420,1,swap event,ev1,0,out,,
02/01/2024 10:00:00 UTC,trade,receive,kraken,My Kraken,BTC,BTC,0.01,420,2,swap event,ev1,1,in,,
02/01/2024 10:00:00 UTC,trade,fee,kraken,My Kraken,USD,USD,1,1,3,swap event,ev1,2,out,,
03/01/2024 10:00:00 UTC,staking,reward,kraken,My Kraken,DOT,DOT,0.5,4,4,history event,ev2,0,in,,
04/01/2024 10:00:00 UTC,informational,,ethereum,0xabc,ETH,ETH,0,0,5,evm event,ev3,0,neutral,,
04/01/2024 10:00:00 UTC,spend,fee,ethereum,0xabc,ETH,ETH,0.001,2,6,evm event,ev3,1,out,,Burn gas
"""
ME, OTHER = "0x" + "a" * 40, "0x" + "b" * 40
ETHERSCAN = f"""Transaction Hash,Blockno,UnixTimestamp,DateTime (UTC),From,To,ContractAddress,Value_IN(ETH),Value_OUT(ETH),CurrentValue @ $3000/Eth,TxnFee(ETH),TxnFee(USD),Historical $Price/Eth,Status,ErrCode,Method
0x1,1,1704189600,2024-01-02 10:00:00,{OTHER},{ME},,1.5,0,4500,0.001,3,2300,,,Transfer
0x2,2,1704276000,2024-01-03 10:00:00,{ME},{OTHER},,0,0.5,1500,0.002,5,2400,,,Transfer
0x3,3,1704362400,2024-01-04 10:00:00,{ME},{OTHER},,0,0.7,1500,0.003,5,2400,Error(0),execution reverted,Swap
"""
TOKENS = f"""Transaction Hash,Blockno,UnixTimestamp,DateTime (UTC),From,To,TokenValue,USDValueDayOfTx,ContractAddress,TokenName,TokenSymbol
0x1,1,1704189600,2024-01-02 10:00:00,{OTHER},{ME},"1,500.25",1500.25,0xc0,USD Coin,USDC
0x2,2,1704189700,2024-01-02 10:01:40,{ME},{OTHER},10,10,0xc0,USD Coin,USDC
"""
FILES = {
    "coinbase": COINBASE,
    "kraken": KRAKEN,
    "binance": BINANCE,
    "gemini": GEMINI,
    "koinly": KOINLY,
    "cointracker": COINTRACKER,
    "rotki": ROTKI,
    "etherscan": ETHERSCAN,
    "etherscan-tokens": TOKENS,
}


def rows(name: str, **options: Any) -> list[dict[str, Any]]:
    return list(rows_of_csv(FILES[name], f"{name}.csv", **options))


def short(name: str) -> list[tuple[Any, ...]]:
    fields = ("type", "asset", "amount", "value", "fee")
    return [tuple(row.get(field) for field in fields) for row in rows(name)]


@pytest.mark.parametrize("name", [importer.name for importer in IMPORTERS])
def test_every_importer_has_a_file_whose_rows_the_engine_reads_and_whose_ids_are_stable(name: str) -> None:
    made = rows(name)
    out = result("US", made)
    wrong = [w for w in out["warnings"] if w.get("field") and w["code"] not in ("price_filled", "missing_price")]
    assert wrong == []
    assert [row["id"] for row in made] == [row["id"] for row in rows(name)]
    assert len({row["id"] for row in made}) == len(made)
    assert result("US", made + rows(name))["totals"] == out["totals"], "the same file twice changes nothing"


def test_coinbase() -> None:
    assert short("coinbase") == [
        ("buy", "BTC", "0.5", "21000.00", "100.00"),
        ("swap", "BTC", "0.1", None, None),
        ("income", "ETH", "0.01", "24.00", None),
        ("transfer_out", "BTC", "0.2", "12000.00", None),
        ("sell", "BTC", "0.2", "13000.00", "50.00"),
    ]
    swap = rows("coinbase")[1]
    assert (swap["to_asset"], swap["to_amount"], swap["to_value"]) == ("ETH", "1.8", "4300.00")


def test_kraken() -> None:
    assert short("kraken") == [
        ("buy", "BTC", "0.0100000000", "420.0000", "1.0920"),
        ("income", "DOT", "0.4000000000", None, None),
        ("transfer_out", "BTC", "0.0050000000", None, None),
    ]
    assert rows("kraken")[2]["fee_amount"] == "0.0001000000"


def test_binance() -> None:
    made = rows("binance")
    assert [(row["type"], row["asset"], row["amount"]) for row in made] == [
        ("income", "ETH", "0.001"),
        ("transfer_out", "ETH", "0.25"),
        ("swap", "USDT", "2200"),
    ]
    assert (made[2]["to_amount"], made[2]["fee_asset"], made[2]["fee_amount"]) == ("1.0", "BNB", "0.005")


def test_gemini() -> None:
    assert short("gemini") == [("buy", "BTC", "0.01", "420.00", "1.05"), ("transfer_out", "BTC", "0.005", None, None)]


def test_koinly_and_cointracker() -> None:
    assert short("koinly") == [
        ("buy", "BTC", "0.01", "420", "1"),
        ("income", "DOT", "0.5", "4", None),
        ("gift_sent", "BTC", "0.002", "120", None),
        ("swap", "BTC", "0.001", None, None),
    ]
    assert short("cointracker") == [
        ("buy", "BTC", "0.01", "420", "1"),
        ("income", "DOT", "0.5", None, None),
        ("lost", "BTC", "0.002", None, None),
    ]


def test_rotki() -> None:
    assert short("rotki") == [
        ("buy", "BTC", "0.01", "420", "1"),
        ("income", "DOT", "0.5", "4", None),
        ("fee", "ETH", "0.001", "2", None),
    ]


def test_etherscan_spends_the_gas_of_a_failed_transaction_too() -> None:
    assert short("etherscan") == [
        ("transfer_in", "ETH", "1.5", "3450.0", None),
        ("transfer_out", "ETH", "0.5", "1200.0", None),
        ("fee", "ETH", "0.002", "4.800", None),
        ("fee", "ETH", "0.003", "7.200", None),
    ]
    assert [row["wallet"] for row in rows("etherscan")] == [ME] * 4
    assert short("etherscan-tokens")[0] == ("transfer_in", "USDC", "1500.25", "1500.25", None)


def test_a_changed_column_is_named_and_not_guessed() -> None:
    changed = KRAKEN.replace('"fee","balance"', '"charge","balance"')
    with pytest.raises(InvalidInput, match="looks like kraken, but its columns have changed: missing fee, new charge"):
        list(rows_of_csv(changed, "ledgers.csv"))
    with pytest.raises(InvalidInput, match="no importer knows this header"):
        list(rows_of_csv("a,b,c\n1,2,3\n", "other.csv"))
    with pytest.raises(InvalidInput, match="unknown source 'mtgox'"):
        list(rows_of_csv(KRAKEN, "ledgers.csv", importer="mtgox"))


@pytest.mark.parametrize(
    ("name", "old", "new", "where"),
    [
        ("kraken", "-420.0000", "much", "line 3, column amount: not a number"),
        ("kraken", "2024-03-02 08:00:00", "soon", "line 6, column time: not a time"),
        ("binance", "Withdraw,", "Teleport,", "line 8, column Operation: not known"),
        ("coinbase", "Staking Income", "Wishful Income", "line 8, column Transaction Type: not known"),
    ],
)
def test_what_cannot_be_read_is_named_by_line_and_column(name: str, old: str, new: str, where: str) -> None:
    with pytest.raises(InvalidInput, match=where):
        list(rows_of_csv(FILES[name].replace(old, new), name))


def test_two_exports_of_one_person_meet_in_the_middle() -> None:
    """What left Kraken arrives on chain, by amount and time: one transfer, whose difference is burnt."""
    chain = f"""Transaction Hash,Blockno,UnixTimestamp,DateTime (UTC),From,To,ContractAddress,Value_IN(BTC),Value_OUT(BTC),CurrentValue,TxnFee(BTC),TxnFee(USD),Historical $Price/Btc,Status,ErrCode,Method
0x9,1,1709370000,2024-03-02 09:00:00,{OTHER},{ME},,0.005,0,1,0.001,3,60000,,,Transfer
"""
    out = result("US", rows("kraken") + list(rows_of_csv(chain, "chain.csv")), lot_scope="per_wallet")
    assert (ME, "BTC", "0.005") in [(r["wallet"], r["asset"], r["amount"]) for r in out["remaining"]]
    assert "unmatched_transfer" not in [w["code"] for w in out["warnings"]]


def test_own_csv_names_its_columns() -> None:
    text = "id,timestamp,type,asset,amount,value,lots,form_1099\ns,2024-01-02T00:00:00Z,sell,BTC,1,10,b1:0.5;b2:0.5,1099-DA:true\n"
    (row,) = rows_of_csv(text, "own.csv")
    assert row["lots"] == [{"lot": "b1", "amount": "0.5"}, {"lot": "b2", "amount": "0.5"}]
    assert row["form_1099"] == {"form": "1099-DA", "basis_reported": True}
    with pytest.raises(InvalidInput, match="line 1: 'colour' is no column"):
        list(rows_of_csv("id,timestamp,type,asset,amount,colour\n", "own.csv"))
