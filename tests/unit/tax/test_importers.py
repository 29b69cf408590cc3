"""Importers, on files that were made up after the columns that each module cites (`exports`)."""

from __future__ import annotations

from typing import Any

import pytest

from premium.errors import InvalidInput
from premium.tax.importers.headers import IMPORTERS
from premium.tax.importers.recognition import rows_of_csv
from tests.unit.tax import exports
from tests.unit.tax.exports import ME, OTHER
from tests.unit.tax.histories import result

pytestmark = pytest.mark.unit

FILES = {
    "coinbase": exports.COINBASE,
    "kraken": exports.KRAKEN,
    "binance": exports.BINANCE,
    "bybit": exports.BYBIT,
    "gemini": exports.GEMINI,
    "koinly": exports.KOINLY,
    "cointracker": exports.COINTRACKER,
    "koinly-report": exports.KOINLY_REPORT,
    "koinly-bulk": exports.KOINLY_BULK,
    "cointracker-export": exports.COINTRACKER_EXPORT,
    "rotki": exports.ROTKI,
    "etherscan": exports.ETHERSCAN,
    "etherscan-internal": exports.INTERNAL,
    "etherscan-tokens": exports.TOKENS,
    "etherscan-nfts": exports.NFTS,
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
    # A file of one exchange alone tells neither where all its coins came from nor what they were worth.
    expected = ("price_filled", "missing_price", "missing_basis", "negative_balance", "no_time_zone")
    wrong = [w for w in out["warnings"] if w.get("field") and w["code"] not in expected]
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
    changed = exports.KRAKEN.replace('"fee","balance"', '"charge","balance"')
    with pytest.raises(InvalidInput, match="looks like kraken, but its columns have changed: missing fee, new charge"):
        list(rows_of_csv(changed, "ledgers.csv"))
    with pytest.raises(InvalidInput, match="no importer knows this header"):
        list(rows_of_csv("a,b,c\n1,2,3\n", "other.csv"))
    with pytest.raises(InvalidInput, match="unknown source 'mtgox'"):
        list(rows_of_csv(exports.KRAKEN, "ledgers.csv", importer="mtgox"))


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
    header = exports.ETHERSCAN.splitlines()[0].replace("(ETH)", "(BTC)").replace("/Eth", "/Btc")
    chain = f"{header}\n0x9,1,1709370000,2024-03-02 09:00:00,{OTHER},{ME},,0.005,0,1,0.001,3,60000,,,Transfer\n"
    out = result("US", rows("kraken") + list(rows_of_csv(chain, "chain.csv")), lot_scope="per_wallet")
    assert (ME, "BTC", "0.005") in [(r["wallet"], r["asset"], r["amount"]) for r in out["remaining"]]
    assert "unmatched_transfer" not in [w["code"] for w in out["warnings"]]


def test_own_csv_names_its_columns() -> None:
    header = "id,timestamp,type,asset,amount,value,lots,form_1099"
    text = f"{header}\ns,2024-01-02T00:00:00Z,sell,BTC,1,10,b1:0.5;b2:0.5,1099-DA:true\n"
    header_line, row = rows_of_csv(text, "own.csv")
    assert header_line == {}, "so that the lines keep their numbers"
    assert row["lots"] == [{"lot": "b1", "amount": "0.5"}, {"lot": "b2", "amount": "0.5"}]
    assert row["form_1099"] == {"form": "1099-DA", "basis_reported": True}
    with pytest.raises(InvalidInput, match="line 1: 'colour' is no column"):
        list(rows_of_csv("id,timestamp,type,asset,amount,colour\n", "own.csv"))
