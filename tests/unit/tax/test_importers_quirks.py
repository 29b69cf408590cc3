"""What real exports hold besides tidy cells: clocks, commas, signs, equal lines, failed and split events."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from premium.chains.transfers.movement import Movement
from premium.errors import InvalidInput
from premium.tax.importers.checks import check_rows
from premium.tax.importers.kraken import asset_of
from premium.tax.importers.notation import COMMA, POINTS, Notation
from premium.tax.importers.recognition import rows_of_csv
from premium.tax.onchain.movements import ChainNames, rows_of
from tests.unit.tax import exports
from tests.unit.tax.exports import ME, THIRD
from tests.unit.tax.histories import result

pytestmark = pytest.mark.unit


def read(text: str, name: str = "export.csv", **options: Any) -> list[dict[str, Any]]:
    return list(rows_of_csv(text, name, **options))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.5", "1234.5"),
        ("$-12,000.00", "-12000.00"),
        ("-€0.12649", "-0.12649"),
        ("(420.00)", "-420.00"),
        ("\u22121\u00a0000.5", "-1000.5"),
        ("9.009E-05", "0.00009009"),
        ("0.01 BTC", "0.01"),
    ],
)
def test_numbers_as_exports_write_them(text: str, value: str) -> None:
    assert POINTS.read(text) == Decimal(value)


@pytest.mark.parametrize("text", ["0,5", "1,23,456", "1_000", "٣", "NaN", "1e999", "--1", "", "1.2.3"])
def test_what_would_be_a_guess_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match=r"number|digits|finite"):
        POINTS.read(text)


def test_semicolons_bring_decimal_commas_and_what_may_be_either_is_refused() -> None:
    text = re.sub(r"(\d)\.(\d)", r"\1,\2", exports.KRAKEN.replace(",", ";")).replace("-420,0000", "-420,00")
    assert [row["id"] for row in read(text)] == ["kraken:T1", "kraken:L3", "kraken:L4"]
    assert read(text)[0]["value"] == "420.00"
    assert Notation(COMMA).read("1.234,5") == Decimal("1234.5")
    assert read(text.replace("-420,00", "-1.234"))[0]["value"] == "1234", "by the other cells of the file"
    bare = exports.KRAKEN.splitlines()[0].replace(",", ";") + '\n"L";"D";"2024-01-02 08:00:00";"deposit"'
    bare += ';"";"currency";"crypto";"XXBT";"spot / main";"1,234";"0";"0"\n'
    with pytest.raises(InvalidInput, match=r"line 2, column amount: '1,234' may be 1234 or 1\.234: no other number"):
        read(bare)
    assert read(bare, decimal_mark=",")[0]["amount"] == "1.234"


def test_the_same_trade_is_the_same_id_in_either_of_binances_formats() -> None:
    """Of 2021 with UTC_Time, of 2025 with a local Time whose zone stands in the file's name alone."""
    old = read(
        exports.BINANCE.replace("ETH,0.6,", "ETH,1,").replace(
            "1,2024-01-02 10:00:00,Spot,Transaction Buy,ETH,0.4,\n", ""
        )
    )
    new = read(exports.BINANCE_2025, "Binance-Transaction-History-202601010000(UTC+1)_ab.csv")
    assert [row["id"] for row in old if row["type"] == "swap"] == [row["id"] for row in new if row["type"] == "swap"]
    assert {row["timestamp"] for row in new if row["type"] == "swap"} == {"2024-01-02T10:00:00+00:00"}
    assert read(exports.BINANCE_2025, "x(UTC+99).csv") == read(exports.BINANCE_2025, "x.csv"), "there is no such clock"
    west = read(exports.BINANCE_2025, "x(UTC--6).csv")
    assert {row["timestamp"] for row in west if row["type"] == "swap"} == {"2024-01-02T17:00:00+00:00"}


def test_a_mark_of_byte_order_blank_lines_and_carriage_returns_are_passed_over() -> None:
    for text in (exports.KRAKEN, exports.COINBASE):
        odd = "\ufeff" + text.replace("\n", "\r\n") + "\r\n , ,\r\n\r\n"
        assert [row["id"] for row in read(odd)] == [row["id"] for row in read(text)]
    own = "\ufeffid,timestamp,type,asset,amount\r\nb,2024-01-02T00:00:00Z,buy,BTC,1\r\n\r\n"
    assert [row["id"] for row in read(own) if row] == ["b"]


def test_a_clock_that_nothing_names_is_told_of() -> None:
    out = result("US", read(exports.BINANCE_2025))
    assert "no_time_zone" in [warning["code"] for warning in out["warnings"]]


def test_equal_lines_without_an_id_are_events_of_their_own_each_time_the_file_is_read() -> None:
    twice = [row for row in read(exports.BINANCE_2025, "x(UTC).csv") if row["type"] == "income"]
    assert [row["amount"] for row in twice] == ["0.001", "0.001"]
    assert twice[1]["id"] == f"{twice[0]['id']}:2"
    doubled = exports.KRAKEN + exports.KRAKEN.splitlines()[1] + "\n"
    assert len(read(doubled)) == 3, "an id of Kraken's own twice is one line twice"


def test_dust_is_many_assets_for_one() -> None:
    legs = [row for row in read(exports.BINANCE_2025, "x(UTC).csv") if "group" in row]
    assert [(row["type"], row["asset"], row["amount"]) for row in legs] == [
        ("sell", "SOL", "0.002"),
        ("sell", "ADA", "0.3"),
        ("buy", "BNB", "0.0007"),
    ]
    assert len({row["group"] for row in legs}) == 1


def test_a_strange_account_and_two_trades_of_one_second_are_refused_with_their_lines() -> None:
    strange = exports.BINANCE.replace("1,2024-01-03 10:00:00,Spot", "1,2024-01-03 10:00:00,Moon Base")
    with pytest.raises(InvalidInput, match="line 6, column Account: not known: 'Moon Base'"):
        read(strange)
    mixed = exports.BINANCE + "1,2024-01-02 10:00:00,Spot,Transaction Spend,EUR,-5,\n"
    with pytest.raises(InvalidInput, match="line 2, column UTC_Time: the lines 2, 3, 4, 5, 9 share a second"):
        read(mixed)


def test_coinbases_notes_hold_the_fee_of_a_trade_in_another_asset() -> None:
    """0.5 at 42,000 USDC and 100 USDC of fee cost 21,100: the note's total is not charged once more."""
    note = "Bought 0.5 BTC for 21100 USDC on BTC-USDC at 42000 USDC/BTC"
    (row,) = [
        r
        for r in read(exports.COINBASE.replace("Bought 0.5 BTC for 21100 USD", note))
        if r["timestamp"].startswith("2024-01-02")
    ]
    assert (row["type"], row["asset"], row["amount"], row["to_amount"]) == ("swap", "USDC", "21000.0", "0.5")
    assert (row["fee_asset"], row["fee_amount"]) == ("USDC", "100.0")


def test_coinbases_columns_of_2025_and_an_asset_under_a_new_name() -> None:
    lines = exports.COINBASE.replace("Notes\n", "Notes,Sender Address,Recipient Address\n")
    lines += "b1,2024-09-05 10:00:00 UTC,Asset Migration,MATIC,-10,USD,$0.40,-$4.00,-$4.00,$0.00,,,\n"
    lines += "b2,2024-09-05 10:00:00 UTC,Asset Migration,POL,10,USD,$0.40,$4.00,$4.00,$0.00,,,\n"
    wrap = read(lines)[-1]
    assert (wrap["type"], wrap["asset"], wrap["to_asset"], wrap["to_amount"]) == ("wrap", "MATIC", "POL", "10")


@pytest.mark.parametrize(
    ("code", "asset"),
    [
        ("XXBT", "BTC"),
        ("XBT.M", "BTC"),
        ("XXDG", "DOGE"),
        ("ZUSD", "USD"),
        ("DOT.S", "DOT"),
        ("DOT28.S", "DOT"),
        ("ETH2.S", "ETH"),
        ("XTZ", "XTZ"),
        ("ZRX", "ZRX"),
        ("EUR.HOLD", "EUR"),
    ],
)
def test_krakens_codes(code: str, asset: str) -> None:
    assert asset_of(code) == asset


def test_krakens_lines_of_one_refid_are_added_up_and_small_balances_swept() -> None:
    lines = exports.KRAKEN + exports.KRAKEN_GROUPS
    made = {row["id"]: row for row in read(lines)}
    assert (made["kraken:T9:XRP"]["type"], made["kraken:T9:ADA"]["amount"]) == ("sell", "2")
    assert made["kraken:T9"]["timestamp"].startswith("2024-05-02T08:00:00.123400")
    assert (made["kraken:T8"]["value"], made["kraken:T8"]["fee"]) == ("15", "0.1")
    assert made["kraken:T8"]["fees"] == [{"asset": "ETH", "amount": "0.0001"}]


def test_koinlys_and_cointrackers_exports_state_both_ends_of_a_transfer() -> None:
    moved = [row for row in read(exports.KOINLY_REPORT) if row["type"] == "transfer"]
    assert [(r["wallet"], r["to_wallet"], r["fee_in_kind"], r["fee_amount"]) for r in moved] == [
        ("Kraken", "Ledger", "0.001", "0.0005")
    ]
    kinds = [(row["type"], row.get("kind"), row["amount"]) for row in read(exports.KOINLY_REPORT)]
    assert kinds[2:] == [("income", "interest", "0.00035"), ("donation", None, "0.01")]
    assert [row["id"] for row in read(exports.KOINLY_BULK)] == ["koinly:K1", "koinly:K2"], (
        "what was deleted is not read"
    )
    assert [(r["type"], r.get("fee_in_kind")) for r in read(exports.COINTRACKER_EXPORT)] == [
        ("buy", None),
        ("transfer", "0.0005"),
        ("income", None),
    ]


def test_a_label_that_is_not_known_is_refused() -> None:
    with pytest.raises(InvalidInput, match="line 3, column Label: not known of what was received: 'moonbeam'"):
        read(exports.KOINLY.replace("staking", "moonbeam"))


def test_the_files_of_an_explorer_show_an_exchange_by_its_hash() -> None:
    """The coin that left and the token that came in one transaction stand in two files; its gas in the first."""
    tokens = exports.TOKENS.replace(
        f"0x2,2,1704189700,2024-01-02 10:01:40,{ME},{THIRD}", f"0x2,2,1704276000,x,{THIRD},{ME}"
    )
    both = [*read(exports.ETHERSCAN), *read(tokens)]
    out = result("US", both)
    sale = next(row for row in out["disposals"] if row["transaction"] == "ETH:0x2:out")
    assert (sale["type"], sale["amount"], sale["proceeds"]) == ("sell", "0.5", "5.2"), "less its gas"
    assert [row["amount"] for row in out["remaining"] if row["asset"] == "USDC"] == ["10"], "what came alone has no lot"
    told = [w["message"] for w in out["warnings"] if w["code"] == "exchange_by_hash"]
    assert told == [f"what {ME} gave and received in 0x2 is taken as an exchange"]
    assert result("US", both[::-1])["totals"] == out["totals"]


def test_one_event_of_an_explorer_and_of_a_node_is_told_of() -> None:
    movement = Movement("0x2", 2, 1704276000, {None: -5 * 10**17}, gas=2 * 10**15)
    names = ChainNames(chain="ethereum", native="ETH", native_decimals=18, decimals={})
    both = [*read(exports.ETHERSCAN), *rows_of([movement], exports.ME, names)]
    twice = [w["transaction"] for w in result("US", both)["warnings"] if w["code"] == "possible_duplicate"]
    assert sorted(twice) == [f"ethereum:0x2:{exports.ME}:{part}" for part in ("gas", "native")]


def test_an_explorers_internal_transfers_and_nfts() -> None:
    assert [(row["type"], row["amount"]) for row in read(exports.INTERNAL)] == [("transfer_in", "0.25")]
    assert [(row["type"], row["asset"], row["amount"]) for row in read(exports.NFTS)] == [
        ("transfer_in", "ethereum:0xc1:7", "1"),
        ("transfer_out", "ethereum:0xc2:12", "3"),
    ]


def test_wrong_lines_are_told_of_together_with_their_own_numbers() -> None:
    """The sixth line cannot be read, the seventh states what no row may: a preamble and a quoted line break count."""
    lines = exports.COINBASE.replace("Converted 0.1 BTC to 1.8 ETH", '"no\nsuch note"').replace("ETH,0.01,", "ETH,0,")
    with pytest.raises(InvalidInput, match=r"line 7, column Notes: a conversion's note names no two amounts$"):
        read(lines)
    absurd = lines.replace("Send,BTC", f"Send,{'B' * 201}")
    checked = check_rows(read(absurd, lenient=True), zone=ZoneInfo("UTC"))
    assert [(error.line, error.field) for error in checked.errors] == [(7, "Notes"), (10, "asset")]
    assert len(checked.rows) == 2


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("id,timestamp,type,asset,amuont", "missing amount, new amuont"),
        ("ID,timestamp,type,asset,amount,wallet", "missing id, new ID"),
    ],
)
def test_own_columns_that_differ_are_named(header: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        list(rows_of_csv(f"{header}\n1,2024-01-01,buy,BTC,1\n", "mine.csv"))


def test_a_transfer_between_two_own_wallets_has_two_halves_in_explorers_files_and_in_nodes() -> None:
    here, there = "0x" + "a" * 40, "0x" + "b" * 40
    line = f"0x2,2,1704276000,x,{here},{there},40,N/A,0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48,USD Coin,USDC\n"
    text = exports.TOKENS.splitlines()[0] + "\n" + line
    names = ChainNames(chain="ethereum", native="ETH", native_decimals=18, decimals={})
    explored = [row for me in (here, there) for row in rows_of_csv(text, f"export-{me}.csv")]
    known = [
        row
        for me, units in ((here, -40), (there, 40))
        for row in rows_of([Movement("0x2", 2, 1704276000, {None: units * 10**18})], me, names)
    ]
    for rows in (explored, known):
        assert len({row["id"] for row in rows}) == 2
        bought = {"id": "b", "timestamp": "2024-01-01", "type": "buy", "asset": rows[0]["asset"], "amount": "40"}
        (left,) = result("DE", [{**bought, "value": "44", "wallet": here}, *rows])["remaining"]
        assert (left["wallet"], left["amount"], left["cost_basis"]) == (there, "40", "44")
