"""What real files do: locale, signs, lines that are no event, futures and loans, messages that name all lines."""

# ruff: noqa: E501 - an export's line is as long as it is

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from click.testing import CliRunner, Result

from premium.cli.main import main
from premium.errors import InvalidInput
from premium.tax.importers.headers import IMPORTERS
from premium.tax.importers.notation import notation_of
from premium.tax.importers.recognition import rows_of_csv
from premium.tax.neutral.rows import Unreadable
from premium.tax.neutral.sources import FileRows, source_of
from tests.unit.tax import exports
from tests.unit.tax.histories import result
from tests.unit.tax.test_importers import FILES
from tests.unit.tax.test_large_files import same_when_streamed

pytestmark = pytest.mark.unit

KRAKEN = '"txid","refid","time","type","subtype","aclass","asset","wallet","amount","fee","balance"\n'
BINANCE = "User_ID,UTC_Time,Account,Operation,Coin,Change,Remark\n"
COINBASE = "ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,Total (inclusive of fees and/or spread),Fees and/or Spread,Notes\n"
OLD_COINBASE = "Timestamp,Transaction Type,Asset,Quantity Transacted,GBP Spot Price at Transaction,GBP Subtotal,GBP Total (inclusive of fees),GBP Fees,Notes\n"
KOINLY = exports.KOINLY.splitlines()[0] + "\n"


def read(text: str, name: str = "file.csv", **options: Any) -> FileRows:
    rows = rows_of_csv(text, name, **options)
    assert isinstance(rows, FileRows)
    options.pop("lenient", None)
    with TemporaryDirectory() as folder:
        same_when_streamed(text, name, Path(folder), **options)
    return rows


def command(tmp_path: Path, *arguments: str, **files: str | bytes) -> Result:
    """`premium tax calculate` of files, by name without `.csv`."""
    inputs: list[str] = []
    for name, content in files.items():
        path = tmp_path / f"{name}.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        inputs += ["--input", str(path)]
    return CliRunner().invoke(main, ["tax", "calculate", *inputs, *arguments])


# Locale: by all numbers of a file.


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["0,250", "-10000"], ","),
        (["-10.000", "0,25"], ","),
        (["1.234,50", "1.234"], ","),
        (["1.234.567", "1"], ","),
        (["1 234,567"], ","),
        (["1,234.50", "1,234"], "."),
        (["0.250", "10.000"], "."),
        (["1'234.5"], "."),
        (["1,234", "5"], None),
        (["10.000", "-2.500"], None),
        (["0,5", "0.5"], None),
        (["5", "1E-3", ""], None),
    ],
)
def test_a_file_is_read_by_all_of_its_numbers(cells: list[str], mark: str | None) -> None:
    assert notation_of((line, "amount", text) for line, text in enumerate(cells, 2)).mark == mark


@pytest.mark.parametrize(
    ("text", "value"),
    [("$12.50", "12.50"), ("-\u20ac0.5", "-0.5"), ("12.345", "12.345"), ("1,234.5", "1234.5"), ("-7", "-7")],
)
def test_numbers_of_a_file_with_points_read_alike_with_signs_of_money_and_without(text: str, value: str) -> None:
    point = notation_of([(2, "amount", "0.25")])
    assert point.read(text) == Decimal(value)
    mixed = notation_of([(2, "amount", "0.25"), (3, "amount", "0.5"), (4, "amount", "0,25")])
    if text == "12.345":
        with pytest.raises(ValueError, match="may be"):
            mixed.read(text)


def test_a_leading_zero_is_never_a_group_of_thousands_in_cells_and_in_notes() -> None:
    line = 'a,2024-01-02 10:00:00 UTC,Convert,BTC,"-0,125",USD,"$43000,00","$5375,00","$5375,00","$0,00","Converted 0,125 BTC to 1,8 ETH"\n'
    (row,) = read(COINBASE + line)
    assert (row["amount"], row["to_amount"], row["to_value"]) == ("0.125", "1.8", "5375.00")


def test_notes_keep_their_own_notation_where_the_cells_were_saved_again() -> None:
    line = 'a,2024-01-02 10:00:00 UTC,Convert,BTC,"-0,125",USD,"$43000,00","$5375,00","$5375,00","$0,00","Converted 0.125 BTC to 1,800.5 ETH"\n'
    (row,) = read(COINBASE + line)
    assert (row["amount"], row["to_amount"]) == ("0.125", "1800.5")


def test_what_has_two_readings_is_refused_with_both_and_a_file_of_both_marks_with_its_cells() -> None:
    open_ = BINANCE + '1,2024-01-02 10:00:00,Spot,Deposit,SHIB,"10.000",\n1,2024-01-02 11:00:00,Spot,Deposit,SHIB,2,\n'
    with pytest.raises(InvalidInput, match=r"line 2, column Change: '10\.000' may be 10 or 10000: no other number"):
        read(open_)
    assert read(open_, decimal_mark=",")[0]["amount"] == "10000"
    mixed = open_ + '1,2024-01-03 10:00:00,Spot,Deposit,SHIB,"0,5",\n1,2024-01-03 11:00:00,Spot,Deposit,SHIB,0.5,\n'
    wrong = [row for row in read(mixed, lenient=True) if isinstance(row, Unreadable)]
    assert [row.line for row in wrong] == [2, 4, 5]
    assert "'0,5' (line 4, column Change)" in wrong[0].reason
    assert "'0.5' (line 5, column Change)" in wrong[0].reason


def test_own_csv_in_decimal_commas_is_read_and_one_of_both_marks_refused() -> None:
    own = (
        'id,timestamp,type,asset,amount,value\nb,2024-01-01,buy,BTC,"0,5","20.000,00"\ns,2024-02-01,sell,BTC,{},21000\n'
    )
    assert [row["amount"] for row in rows_of_csv(own.format('"0,5"'), "own.csv")[1:]] == ["0.5", "0.5"]
    refused = rows_of_csv(own.format("0.5"), "own.csv")[1]
    assert (refused.field, refused.reason.split(",")[0]) == ("amount", "'0")


def test_own_csv_with_semicolons_is_asked_about_groups_that_may_be_thousands() -> None:
    own = "id;timestamp;type;asset;amount;value\nb;2024-01-01;buy;BTC;1;10.000\n"
    asked = rows_of_csv(own, "own.csv")[1]
    assert (asked.field, asked.reason.partition(":")[0]) == ("value", "'10.000' may be 10 or 10000")
    assert rows_of_csv(own, "own.csv", decimal_mark=",")[1]["value"] == "10000"
    assert rows_of_csv(own.replace(";1;", ";0.5;"), "own.csv")[1]["value"] == "10.000"
    assert rows_of_csv(own.replace(";", ","), "own.csv")[1]["value"] == "10.000"


# Signs: a column that says the direction rules.


def test_a_withdrawal_that_comes_back_is_returned_and_costs_nothing() -> None:
    lines = """1,2024-01-02 10:00:00,Spot,Buy,BTC,0.02,
1,2024-01-02 10:00:00,Spot,Buy,EUR,-800,
1,2024-02-02 10:00:00,Spot,Withdraw,BTC,-0.02,
1,2024-02-12 11:30:00,Spot,Withdraw,BTC,0.02,
1,2024-03-02 10:00:00,Spot,Sell,BTC,-0.02,
1,2024-03-02 10:00:00,Spot,Sell,EUR,1100,
"""
    out = result("DE", read(BINANCE + lines, currency="EUR"))
    assert (out["totals"]["total"], out["warnings"]) == ("300", [])


def test_krakens_failed_withdrawal_brings_its_fee_back() -> None:
    lines = """L1,T1,2024-01-02 09:00:00,trade,,currency,BTC,,1,0,1
L2,T1,2024-01-02 09:00:00,trade,,currency,EUR,,-1000,0,0
L3,W,2024-02-02 09:00:00,withdrawal,,currency,BTC,,-0.5,0.001,0.499
L4,W,2024-02-02 10:00:00,withdrawal,,currency,BTC,,0.5,-0.001,1
"""
    out = result("DE", read(KRAKEN + lines, currency="EUR"))
    assert [(row["amount"], row["cost_basis"]) for row in out["remaining"]] == [("1", "1000")]
    assert (out["disposals"], out["warnings"]) == ([], [])


@pytest.mark.parametrize(
    "text",
    [
        BINANCE
        + "1,2024-01-02 10:00:00,Earn,Staking Rewards,ETH,0.5,\n1,2024-01-03 10:00:00,Earn,Staking Rewards,ETH,-0.2,\n",
        KRAKEN + "A,A,2024-01-02 10:00:00,staking,,c,ETH,,0.5,0,0\nB,B,2024-01-03 10:00:00,staking,,c,ETH,,-0.2,0,0\n",
        COINBASE
        + "a,2024-01-02 10:00:00 UTC,Staking Income,ETH,0.5,USD,$1.00,,,,\nb,2024-01-03 10:00:00 UTC,Staking Income,ETH,-0.2,USD,$1.00,,,,\n",
    ],
    ids=["binance", "kraken", "coinbase"],
)
def test_a_negative_reward_takes_an_earlier_one_back(text: str) -> None:
    rows = read(text)
    rows[0]["value"] = "1000"
    out = result("US", rows)
    assert [(event["value"], event["kind"]) for event in out["income"]] == [("600", "staking")]
    assert [(row["amount"], row["cost_basis"]) for row in out["remaining"]] == [("0.3", "600")]
    assert [warning["code"] for warning in out["warnings"]] == ["income_corrected"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (KOINLY + "2024-01-02 10:00 UTC,-5,SOL,,,,,,,,,\n", "line 2, column Sent Amount: negative"),
        (exports.COINTRACKER.replace("0.002,BTC", "-0.002,BTC"), "line 4, column Sent Quantity: negative"),
        (exports.ROTKI.replace("DOT,DOT,0.5", "DOT,DOT,-0.5"), "line 5, column amount: negative"),
        (exports.TOKENS.replace(",10,10,", ",-10,10,"), "line 3, column TokenValue: negative"),
        (exports.ETHERSCAN.replace(",0,0.5,", ",0,-0.5,"), r"line 3, column Value_OUT\(ETH\): negative"),
        (
            exports.COINBASE.replace("Sell,BTC,-0.2", "Sell,BTC,-0.2").replace("Buy,BTC,0.5", "Buy,BTC,-0.5"),
            "goes the other way",
        ),
    ],
    ids=["koinly", "cointracker", "rotki", "tokens", "native", "coinbase"],
)
def test_a_sign_against_the_column_or_the_type_is_refused(text: str, where: str) -> None:
    with pytest.raises(InvalidInput, match=where):
        read(text)


def test_a_protocols_deposit_goes_out_and_comes_back_by_the_direction() -> None:
    header = exports.ROTKI.splitlines()[0].replace("extra_data", "counterparty")
    lines = """02/01/2024 10:00:00 UTC,trade,spend,kraken,K,USD,USD,420,420,1,swap event,e1,0,out,,
02/01/2024 10:00:00 UTC,trade,receive,kraken,K,ETH,ETH,2,420,2,swap event,e1,1,in,,
03/01/2024 10:00:00 UTC,deposit,deposit asset,ethereum,K,ETH,ETH,2,420,3,evm event,e2,0,out,aave-v3,
05/01/2024 10:00:00 UTC,withdrawal,remove asset,ethereum,K,ETH,ETH,1,420,4,evm event,e3,0,in,aave-v3,
16/01/2024 10:00:00 UTC,migrate,spend,ethereum,K,ETH,ETH,1,210,5,evm event,e4,0,out,,
16/01/2024 10:00:00 UTC,migrate,receive,ethereum,K,ETH2,ETH2,1,210,6,evm event,e4,1,in,,
"""
    out = result("US", read(f"{header}\n{lines}"), lot_scope="per_wallet")
    assert [(row["wallet"], row["asset"], row["amount"], row["cost_basis"]) for row in out["remaining"]] == [
        ("K", "ETH2", "1", "210"),
        ("K in aave-v3", "ETH", "1", "210"),
    ]
    assert out["disposals"] == []


# Every line has its end.


@pytest.mark.parametrize("name", [importer.name for importer in IMPORTERS])
def test_read_left_out_and_refused_lines_are_all_lines_of_every_format(name: str) -> None:
    text = FILES[name]
    rows = read(text)
    tally = source_of(rows, name).tally()
    below = text.splitlines()[next(n for n, line in enumerate(text.splitlines()) if _is_header(line, name)) + 1 :]
    assert tally.lines == len([line for line in below if line.strip()])
    assert tally.read + tally.refused + sum(each.lines for each in tally.left_out) == tally.lines
    assert all(each.reason and each.first for each in tally.left_out)


def _is_header(line: str, name: str) -> bool:
    importer = next(each for each in IMPORTERS if each.name == name)
    return importer.columns[0].split("|")[0] in line or importer.columns[0].split("|")[-1] in line


@pytest.mark.parametrize("name", [importer.name for importer in IMPORTERS])
def test_a_line_whose_word_nobody_knows_is_refused_and_not_passed_over(name: str) -> None:
    """A last line like the first, all of whose words are strange."""
    lines = FILES[name].splitlines()
    first = next(n for n, line in enumerate(lines) if _is_header(line, name)) + 1
    strange = ",".join("zzz" for _ in lines[first].split(","))
    rows = read("\n".join([*lines[: first + 1], strange]) + "\n", name=f"export-{exports.ME}.csv", lenient=True)
    assert source_of(rows).tally().lines == 2
    assert any(isinstance(row, Unreadable) and row.line == first + 2 for row in rows)


def test_futures_of_binance_and_margin_are_kinds_of_their_own_with_the_countrys_treatment() -> None:
    lines = """1,2024-01-02 10:00:00,Spot,Buy,USDT,1000,
1,2024-01-02 10:00:00,Spot,Buy,EUR,-920,
1,2024-01-03 10:00:00,Spot,Transfer Between Spot Account and UM Futures Account,USDT,-1000,
1,2024-01-03 10:00:00,USDT-Futures,Transfer Between Spot Account and UM Futures Account,USDT,1000,
1,2024-01-04 10:00:00,USDT-Futures,Realized Profit and Loss,USDT,-200,
1,2024-01-04 10:00:01,USDT-Futures,Fee,USDT,-10,
1,2024-01-04 10:00:02,USDT-Futures,Funding Fee,USDT,60,
1,2024-01-09 10:00:00,Spot,Transfer Between Spot Account and UM Futures Account,USDT,850,
1,2024-01-09 10:00:00,USDT-Futures,Transfer Between Spot Account and UM Futures Account,USDT,-850,
1,2024-01-10 10:00:00,Isolated Margin,Isolated Margin Loan,USDT,100,
1,2024-01-11 10:00:00,Isolated Margin,Isolated Margin Repayment,USDT,-100,
"""
    rows = read(BINANCE + lines, currency="EUR")
    assert source_of(rows).tally().left_out[0].lines == 2, "the other sides of two moves"
    for row in rows:
        if row["type"] in ("derivative_pnl", "loan", "repayment"):
            row["price"] = "0.9"
    out = result("DE", rows)
    made = {row["kind"]: (row["amount"], row["value"]) for row in out["derivatives"]}
    assert made == {"pnl": ("-200", "-180"), "fee": ("-10", "-9"), "funding": ("60", "54")}
    assert out["totals"]["derivatives"] == "-135"
    assert out["derivatives_treatment"]["kind"] == "capital_income"
    assert [(row["wallet"], row["amount"]) for row in out["remaining"]] == [("Binance", "850")]
    assert sum(float(row["cost_basis"]) for row in out["remaining"]) == pytest.approx(920 - 0.92 * 210 + 54)


def test_an_account_whose_lines_are_missing_is_told_of_and_refused_when_strict(tmp_path: Path) -> None:
    lines = """1,2024-01-02 10:00:00,Spot,Buy,USDT,1000,
1,2024-01-02 10:00:00,Spot,Buy,EUR,-920,
1,2024-01-03 10:00:00,Spot,Transfer Between Main Account/Futures and Margin Account,USDT,-1000,
1,2024-01-09 10:00:00,Spot,Transfer Between Main Account/Futures and Margin Account,USDT,150,
"""
    done = command(tmp_path, "--jurisdiction", "DE", spot=BINANCE + lines)
    assert "Warning account_not_read: line 5: " in done.stderr
    assert "850 USDT went to the account Binance" in done.stderr
    assert command(tmp_path, "--jurisdiction", "DE", "--strict", spot=BINANCE + lines).exit_code == 1


def test_a_loan_given_back_discharges_its_debt_or_is_sold_at_market() -> None:
    rows = [
        {
            "id": "l",
            "timestamp": "2024-01-01T00:00:00Z",
            "type": "loan",
            "asset": "ETH",
            "amount": "2",
            "value": "4000",
        },
        {
            "id": "s",
            "timestamp": "2024-01-02T00:00:00Z",
            "type": "sell",
            "asset": "ETH",
            "amount": "2",
            "value": "4000",
        },
        {"id": "b", "timestamp": "2024-02-01T00:00:00Z", "type": "buy", "asset": "ETH", "amount": "2", "value": "3000"},
        {
            "id": "r",
            "timestamp": "2024-02-02T00:00:00Z",
            "type": "repayment",
            "asset": "ETH",
            "amount": "2",
            "value": "3100",
        },
    ]
    assert result("US", rows)["totals"]["total"] == "1000", "4000 of debt for 3000 of cost"
    assert result("GB", rows)["totals"]["total"] == "100", "at market value"


# Messages.


def test_all_wrong_lines_of_all_files_are_named_by_file_line_and_column_and_lenient_leaves_them_out(
    tmp_path: Path,
) -> None:
    own = "id,timestamp,type,asset,amount,value\nb,2024-01-01,buy,BTC,1,100\nx,2024-01-02,buy,BTC,minus,1\n"
    spot = BINANCE + "".join(f"1,2024-01-02 10:00:{n:02d},Spot,Teleport,ETH,1,\n" for n in range(55))
    done = command(tmp_path, own=own, spot=spot)
    told = done.stderr.splitlines()
    assert done.exit_code == 1
    assert told[0] == "Error: 56 lines cannot be read; nothing was done:"
    assert told[1] == "  own.csv, line 3, column amount: not a decimal number: 'minus'"
    assert told[2] == "  spot.csv, line 2, column Operation: not known: 'Teleport'"
    assert (len(told), told[-1]) == (52, "  and 6 more")
    lenient = command(tmp_path, "--lenient", own=own, spot=spot)
    assert lenient.exit_code == 0
    assert "own.csv: 2 lines = 1 read + 0 left out + 1 refused" in lenient.stderr
    assert "spot.csv: 55 lines = 0 read + 0 left out + 55 refused" in lenient.stderr
    sources = {each["name"]: each for each in json.loads(lenient.stdout)["sources"]}
    assert (sources["spot.csv"]["lines"], sources["spot.csv"]["refused"]) == ("55", "55")


@pytest.mark.parametrize("code", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_unicode_text_is_read_and_other_bytes_are_refused_with_advice(tmp_path: Path, code: str) -> None:
    own = "id,timestamp,type,asset,amount,value,wallet\nb,2024-01-01,buy,BTC,1,100,Kräken\n"
    done = command(tmp_path, "--jurisdiction", "DE", own=own.encode(code))
    assert json.loads(done.stdout)["remaining"][0]["wallet"] == "Kräken"
    cut = command(tmp_path, own="\ufeffid".encode("utf-16-le") + b"x")
    assert "save it as UTF-8 (in Excel: CSV UTF-8)" in cut.stderr
    assert "save it as UTF-8" in command(tmp_path, own=own.replace("ä", "д").encode("koi8-r") + b"\x81").stderr


# One truth.


def test_a_trade_of_two_years_columns_counts_once() -> None:
    old = OLD_COINBASE + "2020-08-28T19:45:11Z,Sell,EOS,0.6625,2.50,1.66,1.50,0.16,Sold 0.6625 EOS for £1.50 GBP\n"
    new = (
        COINBASE
        + "x9,2020-08-28 19:45:11 UTC,Sell,EOS,-0.6625,GBP,£2.50,£1.66,£1.50,£0.16,Sold 0.6625 EOS for 1.50 GBP\n"
    )
    (first,), (again,) = read(old, currency="GBP"), read(new, currency="GBP")
    assert first == again
    assert (first["type"], first["value"], first["fee"]) == ("sell", "1.66", "0.16")


def test_one_event_of_two_sources_is_listed(tmp_path: Path) -> None:
    own = "id,timestamp,type,asset,amount,value,wallet\nb,2024-01-02T10:00:00Z,buy,BTC,0.5,21000,Coinbase\n"
    out = json.loads(command(tmp_path, own=own, coinbase=exports.COINBASE).stdout)
    twice = [w for w in out["warnings"] if w["code"] == "possible_duplicate"]
    assert [(w["file"], w["line"]) for w in twice] in ([("own.csv", 2)], [("coinbase.csv", 6)])


def test_a_pair_that_the_note_contradicts_is_refused() -> None:
    line = "a,2023-02-09 08:12:19 UTC,Advanced Trade Buy,LINK,3.8,GBP,£5.79,£22.00,£22.23,£0.23,Bought 3.8 LINK for £22.23 GBP on LINK-USDT\n"
    with pytest.raises(
        InvalidInput, match="column Notes: the pair LINK-USDT says that USDT was exchanged, the note GBP"
    ):
        read(COINBASE + line)


def test_krakens_stated_dollars_delistings_and_fee_credits() -> None:
    header = KRAKEN.strip() + ',"amountusd"\n'
    lines = """L1,M1,2025-03-14 10:28:37,earn,reward,c,DOT,,10.0,2.0,8.0,45.00
L2,X1,2025-03-15 09:00:00,transfer,delistingconversion,c,DOT,,-8,0,0,
L3,X1,2025-03-15 09:00:00,transfer,delistingconversion,c,USD,,30.00,0,30,
L4,X1,2025-03-15 09:00:00,transfer,delistingconversion,c,KFEE,,0,182,0,
"""
    out = result("US", read(header + lines))
    assert out["income"][0]["value"] == "36"
    assert [(row["proceeds"], row["gain"]) for row in out["disposals"]] == [("30", "-6")]
    assert out["warnings"] == []
