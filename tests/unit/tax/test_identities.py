"""Which asset a contract is, and whose wallet an explorer's file is of."""

from __future__ import annotations

from typing import Any

import pytest

from premium.errors import InvalidInput
from premium.tax.importers.recognition import rows_of_csv
from premium.tax.neutral.sources import FileRows
from tests.unit.tax.exports import ME, OTHER, THIRD
from tests.unit.tax.histories import result, tx

pytestmark = pytest.mark.unit

USDC = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
FAKE = "0x" + "0bad" * 10
HEADER = (
    "Transaction Hash,Blockno,UnixTimestamp,DateTime (UTC),From,To,TokenValue,USDValueDayOfTx,"
    "ContractAddress,TokenName,TokenSymbol\n"
)


def line(number: int, sender: str, to: str, contract: str = USDC, symbol: str = "USDC") -> str:
    when = f"{1704189600 + number},2024-01-02 10:00:00"
    return f"0x{number},{number},{when},{sender},{to},10,N/A,{contract},n,{symbol}\n"


def rows(*lines: str, name: str = "export.csv") -> list[Any]:
    return list(rows_of_csv(HEADER + "".join(lines), name))


def test_a_contract_that_calls_itself_usdc_is_not_usdc() -> None:
    read = rows(line(1, OTHER, ME), line(2, ME, THIRD, FAKE), line(3, ME, THIRD, FAKE, "USD\u0421"))
    assert [row["asset"] for row in read] == ["USDC", f"ethereum:{FAKE}", f"ethereum:{FAKE}"]


def test_the_chain_is_that_of_the_listed_contracts() -> None:
    base_usdc = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"
    read = rows(line(1, OTHER, ME, base_usdc), line(2, THIRD, ME, FAKE, "MEME"))
    assert [row["asset"] for row in read] == ["USDC", f"base:{FAKE}"]


def test_a_file_of_one_line_asks_whose_it_is() -> None:
    with pytest.raises(InvalidInput, match=rf"line 2, column From: whose wallet is this file of\? {ME}, {OTHER}"):
        rows(line(1, OTHER, ME))


@pytest.mark.parametrize(
    ("name", "kind"), [(f"export-token-{ME}.csv", "transfer_in"), (f"{OTHER}.csv", "transfer_out")]
)
def test_the_name_that_explorers_give_a_file_says_whose_it_is(name: str, kind: str) -> None:
    assert [row["type"] for row in rows(line(1, OTHER, ME), name=name)] == [kind]


def test_a_name_of_another_wallet_is_asked_about_also_where_all_lines_share_one() -> None:
    for lines in ([line(1, OTHER, ME)], [line(1, OTHER, ME), line(2, ME, "0x" + "d" * 40)]):
        with pytest.raises(
            InvalidInput, match=rf"export-{THIRD}.csv, line 2, column From: the file is named after {THIRD}"
        ):
            rows(*lines, name=f"export-{THIRD}.csv")


def test_a_name_of_two_wallets_that_both_moved_units_decides_nothing() -> None:
    with pytest.raises(InvalidInput, match="whose wallet is this file of"):
        rows(line(1, OTHER, ME), name=f"{ME}-to-{OTHER}.csv")


def test_the_chain_is_said_by_the_name_or_assumed_and_told_of_and_never_mixed() -> None:
    assumed = rows_of_csv(HEADER + line(1, OTHER, ME, FAKE), f"export-{ME}.csv")
    assert isinstance(assumed, FileRows)
    assert ([row["asset"] for row in assumed], [each.code for each in assumed.notices]) == (
        [f"ethereum:{FAKE}"],
        ["chain_assumed"],
    )
    said = rows_of_csv(HEADER + line(1, OTHER, ME, FAKE), f"bsc-export-{ME}.csv")
    assert isinstance(said, FileRows)
    assert ([row["asset"] for row in said], said.notices) == ([f"bsc:{FAKE}"], [])
    base_usdc = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"
    with pytest.raises(InvalidInput, match="contracts of base and of ethereum stand in this file"):
        rows(line(1, OTHER, ME), line(2, THIRD, ME, base_usdc))


def test_an_address_is_one_in_whatever_capitals_it_is_written() -> None:
    bought = tx("b", "2024-01-02", "buy", "1", "100", wallet="0xABCDEF" + "0" * 34, asset=f"ethereum:{USDC}")
    sold = tx("s", "2024-02-02", "sell", "1", "150", wallet="0xabcdef" + "0" * 34, asset=f"ethereum:{USDC.lower()}")
    out = result("US", [bought, sold], lot_scope="per_wallet")
    assert (out["totals"]["total"], out["missing_basis"]) == ("50", [])


def test_columns_of_what_came_in_say_whose_a_file_is() -> None:
    header = (
        "Transaction Hash,Blockno,UnixTimestamp,DateTime (UTC),From,To,ContractAddress,Value_IN(ETH),Value_OUT(ETH),"
        "CurrentValue @ $3000/Eth,TxnFee(ETH),TxnFee(USD),Historical $Price/Eth,Status,ErrCode,Method\n"
    )
    text = f"{header}0x1,1,1704189600,2024-01-02 10:00:00,{ME},{OTHER},,0,0.5,1500,0.002,5,2400,,,Transfer\n"
    assert {row["wallet"] for row in rows_of_csv(text, "x.csv")} == {ME}


def test_a_hash_that_joins_an_exchange_and_a_contract_makes_them_one_asset() -> None:
    contract = f"ethereum:{FAKE}"
    history = [
        tx("b", "2024-01-01", "buy", "10", "100", asset="FOO", wallet="Kraken"),
        tx("w", "2024-01-02", "transfer_out", "10", asset="FOO", wallet="Kraken", tx_hash="0xaa"),
        tx("d", "2024-01-02T12:01:00Z", "transfer_in", "9.9", asset=contract, wallet=ME, tx_hash="0xaa"),
        tx("s", "2024-02-01", "sell", "9.9", "198", asset=contract, wallet=ME),
    ]
    out = result("US", history)
    assert (out["totals"]["cost_basis"], out["missing_basis"]) == ("100", [])
    assert "same_asset" in {each["code"] for each in out["warnings"]}


def test_a_symbol_alone_makes_no_two_assets_one() -> None:
    contract = f"ethereum:{FAKE}"
    history = [
        tx("b", "2024-01-01", "buy", "10", "100", asset="FOO", wallet="Kraken"),
        tx("w", "2024-01-02", "transfer_out", "10", asset="FOO", wallet="Kraken", tx_hash="0xaa"),
        tx("d", "2024-01-02T12:01:00Z", "transfer_in", "10", asset=contract, wallet=ME, tx_hash="0xbb"),
        tx("e", "2024-01-02T12:01:00Z", "transfer_in", "500", asset=contract, wallet=ME, tx_hash="0xaa"),
    ]
    out = result("US", history)
    assert "same_asset" not in {each["code"] for each in out["warnings"]}
    assert {"unmatched_transfer"} <= {each["code"] for each in out["warnings"]}
