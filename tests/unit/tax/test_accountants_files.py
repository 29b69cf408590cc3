"""Files as accountants meet them, of shapes that no other test has: right to the cent by hand, or told of by line.

The European Central Bank's rates of 2024-06-05: a euro is 1.0872 dollars and 0.85048 pounds; of 2024-06-06 1.0865 and
0.85088.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from premium.cli.published_rates import PublishedRates
from premium.errors import InvalidInput
from premium.tax.calculation import calculate
from premium.tax.days import instant_of
from premium.tax.document.files import read_documents
from premium.tax.history.price_series import PriceSeries
from premium.tax.reports.result import document
from premium.tax.rules.registry import jurisdiction

pytestmark = pytest.mark.unit
EUR_USD, EUR_GBP = Decimal("1.0872"), Decimal("0.85048")
COINBASE = (
    "ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,"
    "Total (inclusive of fees and/or spread),Fees and/or Spread,Notes\n"
)
KRAKEN = "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance,amountusd\n"
KOINLY = (
    "Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,Net Worth Amount,"
    "Net Worth Currency,Label,Description,TxHash\n"
)
BINANCE = "User_ID,UTC_Time,Account,Operation,Coin,Change,Remark\n"
ME, OTHER, FAKE = "0x" + "a" * 40, "0x" + "b" * 40, "0x" + "f" * 40
USDC = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
COIN_HEADER = (
    "Transaction Hash,Blockno,UnixTimestamp,DateTime (UTC),From,To,ContractAddress,Value_IN(ETH),Value_OUT(ETH),"
    "CurrentValue @ $3000/Eth,TxnFee(ETH),TxnFee(USD),Historical $Price/Eth,Status,ErrCode,Method\n"
)
TOKEN_HEADER = (
    "Transaction Hash,Blockno,UnixTimestamp,DateTime (UTC),From,To,TokenValue,USDValueDayOfTx,ContractAddress,"
    "TokenName,TokenSymbol\n"
)
Files = dict[str, str | bytes]


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """As the offline command does: files, a country, prices by asset and day."""

    def work(files: Files, country: str, prices: dict[tuple[str, str], str] | None = None, **options: Any) -> Any:
        paths = []
        for name, content in files.items():
            path = tmp_path / name
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            paths.append(str(path))
        currency = jurisdiction(country).currency
        stated = [
            (asset, instant_of(datetime.fromisoformat(f"{day}T00:00:00+00:00")), Decimal(unit), "t")
            for (asset, day), unit in (prices or {}).items()
        ]
        series = PriceSeries(stated, money=PublishedRates(currency))
        read = read_documents(paths, currency=currency)
        if country in ("US", "CA"):
            options = {"time_zone": "UTC", **options}
        return document(calculate(read, jurisdiction=country, prices=series, **{"lenient": False, **options}))

    return work


def cost(out: Any, asset: str) -> Decimal:
    return sum((Decimal(row["cost_basis"]) for row in out["remaining"] if row["asset"] == asset), Decimal(0))


def codes(out: Any) -> set[str]:
    return {each["code"] for each in out["warnings"]}


def income(out: Any) -> Decimal:
    return round(Decimal(out["totals"]["income"]), 10)


def test_values_stated_in_another_money_count_at_the_rate_of_their_day(run: Any) -> None:
    dollar = Decimal("0.85088") / Decimal("1.0865")
    out = run(
        {"c.csv": f"{COINBASE}a,2024-06-06 10:00:00 UTC,Staking Income,ETH,0.01,USD,$2400,$24.00,$24.00,$0,\n"}, "GB"
    )
    assert income(out) == round(24 * dollar, 10)
    (told,) = [each["message"] for each in out["warnings"] if each["code"] == "currency_converted"]
    assert told.startswith("1 value stated in USD, converted into GBP: one USD at 0.78313851817")
    assert told.endswith("the rate of ecb via EUR of 2024-06-06")
    out = run({"o.csv": f"{KOINLY}2024-06-05 10:00:00 UTC,,,0.5,DOT,,,4,EUR,staking,,\n"}, "US")
    assert income(out) == 4 * EUR_USD
    out = run({"k.csv": f"{KRAKEN}L1,R1,2024-06-05 10:00:00,earn,reward,currency,DOT,6,0,6,36\n"}, "DE")
    assert income(out) == round(36 / EUR_USD, 10)


def test_a_stated_value_without_a_rate_is_named(run: Any) -> None:
    out = run({"o.csv": f"{KOINLY}2024-06-05 10:00:00 UTC,,,0.5,DOT,,,15,AED,staking,,\n"}, "US")
    assert {"missing_rate", "missing_price"} <= codes(out)
    assert [each["line"] for each in out["warnings"]] == [2, 2]


def test_two_explorer_files_of_a_swap_are_valued_by_their_dollars_in_pounds(run: Any) -> None:
    swap = f"0x1,1,1717581600,2024-06-05 10:00:00,{ME},{OTHER},,0,1,0,0.02,76,3800,,,Swap\n"
    got = f"0x1,1,1717581600,2024-06-05 10:00:00,{OTHER},{ME},3790,3790,{USDC},USD Coin,USDC\n"
    own = f"id,timestamp,type,asset,amount,value,wallet\nb,2024-01-02T00:00:00Z,buy,ETH,2,4000,{ME}\n"
    files: Files = {f"export-{ME}.csv": COIN_HEADER + swap, f"export-token-{ME}.csv": TOKEN_HEADER + got, "o.csv": own}
    out = run(files, "GB")
    dollar = EUR_GBP / EUR_USD
    assert round(Decimal(out["totals"]["total"]), 10) == round(3790 * dollar - 2040, 10), "gas is a fee, and is spent"
    assert round(cost(out, "USDC"), 10) == round(3790 * dollar, 10)


def test_a_reward_is_valued_by_a_trade_against_euros_of_the_same_day(run: Any) -> None:
    lines = (
        "1,2024-06-05 09:00:00,Spot,Transaction Buy,ETH,1,\n1,2024-06-05 09:00:00,Spot,Transaction Spend,EUR,-3000,\n"
        "1,2024-06-05 15:00:00,Earn,Simple Earn Flexible Interest,ETH,0.01,\n"
    )
    out = run({"b.csv": BINANCE + lines}, "US")
    assert (income(out), cost(out, "ETH")) == (30 * EUR_USD, 3030 * EUR_USD)


@pytest.mark.parametrize(
    ("encoding", "delimiter", "minus"),
    [("utf-8-sig", ";", "-"), ("utf-16", "\t", "-"), ("utf-16-be", ";", "-"), ("utf-8", ";", "\u2212")],
)
def test_german_files_read_alike_however_they_are_saved(run: Any, encoding: str, delimiter: str, minus: str) -> None:
    text = (
        f"{KRAKEN}L1,T1,2024-01-02 09:00:00,trade,,currency,ZEUR,{minus}42.123|50,10|25,0,\n"
        "L2,T1,2024-01-02 09:00:00,trade,,currency,XXBT,0|5,0,0|5,\n"
    ).replace(",", delimiter)
    out = run({"k.csv": text.replace("|", ",").encode(encoding)}, "DE")
    assert [(row["amount"], row["cost_basis"]) for row in out["remaining"]] == [("0.5", "42133.75")]


@pytest.mark.parametrize(
    ("cell", "says"), [('"1,234"', "may be 1234 or 1.234"), ('"1,23,456.78"', "not a number"), ("-420", "negative")]
)
def test_a_number_that_is_not_sure_is_refused_by_line_and_column(run: Any, cell: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=f"k.csv, line 2, column Sent Amount: .*{says}"):
        run({"k.csv": f"{KOINLY}2024-06-05 10:00:00 UTC,{cell},USD,1,BTC,1,USD,,,,,\n"}, "US")


def test_a_file_in_windows_letters_is_read_and_told_of(run: Any) -> None:
    text = f"{COINBASE}a,2024-01-02 10:00:00 UTC,Buy,BTC,0.5,EUR,\u20ac42,\u20ac21,\u20ac21,\u20ac0,\n"
    out = run({"c.csv": text.encode("cp1252")}, "DE")
    assert (cost(out, "BTC"), codes(out)) == (21, {"encoding_assumed"})


def test_what_is_taken_back_leaves_no_balance_and_no_doubt(run: Any) -> None:
    lines = "1,2024-01-02 09:00:00,Spot,Deposit,BTC,0.02,\n1,2024-01-02 10:00:00,Spot,Deposit,BTC,-0.02,\n"
    out = run({"b.csv": BINANCE + lines}, "US", strict=True)
    assert (out["remaining"], codes(out)) == ([], set())
    lines = "L1,R1,2024-06-05 10:00:00,earn,reward,currency,DOT,5,0,5,10\n"
    back = "L2,R2,2024-06-06 10:00:00,earn,reward,currency,DOT,-1,0,4,-2\n"
    assert income(run({"k.csv": KRAKEN + lines + back}, "US")) == 8


def test_a_fake_token_of_whatever_letters_leaves_the_real_one_alone(run: Any) -> None:
    for symbol in ("USDC", "US\u0414C", "USDC\u200b"):
        rows = (
            f"0x1,1,1704189600,2024-01-02 10:00:00,{OTHER},{ME},1000,1000,{USDC},USD Coin,USDC\n"
            f"0x2,2,1704189700,2024-01-02 10:01:40,{ME},{OTHER},1000,0,{FAKE},USD Coin,{symbol}\n"
            f"0x3,3,1704189800,2024-01-02 10:03:20,{ME},{OTHER},400,400,{USDC},USD Coin,USDC\n"
        )
        out = run({f"export-token-{ME}.csv": TOKEN_HEADER + rows}, "US")
        (below,) = [each["message"] for each in out["warnings"] if each["code"] == "negative_balance"]
        assert below.endswith(f"falls to -1000 ethereum:{FAKE}"), symbol


def test_a_batch_of_one_hash_reaches_each_wallet_with_its_basis(run: Any) -> None:
    rows = (
        "id,timestamp,type,asset,amount,value,wallet,chain,tx_hash\nb,2024-01-01T00:00:00Z,buy,ETH,10,20000,A,,\n"
        "t1,2024-01-02T00:00:00Z,transfer_out,ETH,2,,A,ethereum,0x9\n"
        "t2,2024-01-02T00:00:00Z,transfer_out,ETH,3,,A,ethereum,0x9\n"
        "i1,2024-01-02T00:00:00Z,transfer_in,ETH,3,,B,ethereum,0x9\n"
        "i2,2024-01-02T00:00:00Z,transfer_in,ETH,2,,C,ethereum,0x9\n"
    )
    out = run({"o.csv": rows}, "DE", strict=True)
    held = {row["wallet"]: (row["amount"], row["cost_basis"]) for row in out["remaining"]}
    assert held == {"A": ("5", "10000"), "B": ("3", "6000"), "C": ("2", "4000")}


def test_money_deposited_spent_and_earned_in_euros(run: Any) -> None:
    rows = (
        "L0,D,2024-06-05 08:00:00,deposit,,currency,ZEUR,600,0,600,\n"
        "L1,T1,2024-06-05 09:00:00,trade,,currency,ZEUR,-500,1,99,\n"
        "L2,T1,2024-06-05 09:00:00,trade,,currency,XXBT,0.01,0,0.01,\n"
        "L3,R3,2024-06-05 12:00:00,earn,reward,currency,ZEUR,10,0,109,\n"
    )
    out = run({"k.csv": KRAKEN + rows}, "US")
    assert (income(out), cost(out, "BTC")) == (10 * EUR_USD, 501 * EUR_USD)
    assert [(row["asset"], row["amount"], row["cost_basis"]) for row in out["currencies"]] == [
        ("EUR", "109", str(109 * EUR_USD))
    ]


@pytest.mark.parametrize(
    ("country", "worth"), [("US", 50), ("GB", 0), ("DE", 0), ("AU", 0), ("FR", 0), ("CA", 0), ("IE", 50 / EUR_USD)]
)
def test_an_airdrop_for_nothing_is_income_where_the_law_says_so(run: Any, country: str, worth: Decimal) -> None:
    out = run({"o.csv": f"{KOINLY}2024-06-05 10:00:00 UTC,,,100,ARB,,,50,USD,airdrop,,\n"}, country)
    assert income(out) == round(Decimal(worth), 10)
    assert round(cost(out, "ARB"), 10) == income(out)
    assert ("no_income" in codes(out)) is (worth == 0)


def test_a_forked_coin_takes_its_part_of_the_cost_in_britain(run: Any) -> None:
    rows = (
        "id,timestamp,type,asset,amount,value,wallet,kind\nb,2017-07-01T00:00:00Z,buy,BTC,1,1000,A,\n"
        "f,2017-08-02T00:00:00Z,income,BCH,1,,A,fork\n"
    )
    prices = {("BTC", "2017-08-02"): "2700", ("BCH", "2017-08-02"): "300"}
    out = run({"o.csv": rows}, "GB", prices)
    assert (cost(out, "BTC"), cost(out, "BCH"), income(out)) == (900, 100, 0)


def test_margin_charges_and_profits_stand_apart(run: Any) -> None:
    rows = (
        "L1,M1,2024-06-05 09:00:00,margin,,currency,ZUSD,0,1.5,0,\n"
        "L2,M1,2024-06-05 13:00:00,rollover,,currency,ZUSD,0,0.5,0,\n"
        "L3,M1,2024-06-06 09:00:00,margin,,currency,ZUSD,25,1.5,0,\n"
    )
    out = run({"k.csv": KRAKEN + rows}, "US")
    assert (out["totals"]["derivatives"], out["totals"]["total"]) == ("21.5", "0")


def test_margin_in_another_country_s_money_is_a_profit_too(run: Any) -> None:
    rows = (
        "L0,D,2024-06-05 08:00:00,deposit,,currency,ZEUR,100,0,100,\n"
        "L1,M1,2024-06-05 09:00:00,margin,,currency,ZEUR,0,1.5,0,\n"
        "L3,M1,2024-06-05 12:00:00,margin,,currency,ZEUR,25,0.5,0,\n"
    )
    out = run({"k.csv": KRAKEN + rows}, "US")
    assert (Decimal(out["totals"]["derivatives"]), out["totals"]["total"]) == (23 * EUR_USD, "0")
    parts = [Decimal(row["value"]) / EUR_USD for row in out["derivatives"]]
    assert parts == [Decimal("-1.5"), Decimal(25), Decimal("-0.5")]
    assert [row["amount"] for row in out["currencies"]] == ["123"]


def test_one_trade_of_two_sources_is_doubted_and_one_file_twice_is_one(run: Any) -> None:
    bought = 'a,2024-01-02 10:00:00 UTC,Buy,BTC,0.5,USD,$42000,"$21,000.00","$21,100.00",$100.00,bought\n'
    told = "2024-01-02 10:00:00 UTC,21000,USD,0.5,BTC,100,USD,,,,,\n"
    out = run({"c.csv": COINBASE + bought, "o.csv": KOINLY + told}, "US")
    assert "possible_duplicate" in codes(out)
    again = (COINBASE + bought).replace(',"$21,000.00","$21,100.00",$100.00,', ",21000,21100,100,")
    out = run({"c.csv": COINBASE + bought, "d.csv": again}, "US")
    assert [row["amount"] for row in out["remaining"]] == ["0.5"]
    assert "duplicate" in codes(out)


def test_a_file_with_a_header_alone_is_told_of(run: Any) -> None:
    out = run({"k.csv": KRAKEN}, "US")
    assert [(each["code"], each["message"]) for each in out["warnings"]] == [
        ("no_lines", "the file has a header and no line below it")
    ]


def test_sixty_wrong_lines_are_fifty_and_a_count(run: Any) -> None:
    header = "id,timestamp,type,asset,amount,value,wallet\n"
    rows = "".join(f"b{n},2024-01-02T00:00:00Z,buy,BTC,x{n},100,w\n" for n in range(60))
    with pytest.raises(InvalidInput, match=r"o.csv, line 2, column amount: .* \(and 59 more\)") as raised:
        run({"o.csv": header + rows}, "US")
    assert (len(raised.value.details["errors"]), raised.value.details["count"]) == (50, 60)


def test_a_warning_of_a_fee_names_the_line_that_it_was_charged_in(run: Any) -> None:
    rows = (
        "L1,T1,2024-01-02 09:00:00,trade,,currency,ZUSD,-20000,0,0,\n"
        "L2,T1,2024-01-02 09:00:00,trade,,currency,XXBT,0.5,0,0.5,\n"
        "L3,R3,2024-02-02 09:00:00,withdrawal,,currency,XXBT,-0.4,0.0005,0.0995,\n"
    )
    own = "id,timestamp,type,asset,amount,value,wallet\nd,2024-02-02T10:30:00Z,transfer_in,BTC,0.4,,Ledger\n"
    out = run({"k.csv": KRAKEN + rows, "o.csv": own}, "US")
    (told,) = [each for each in out["warnings"] if each["code"] == "missing_price"]
    assert (told["line"], told["file"]) == (4, "k.csv")
