"""A file that breaks off says so by its line, also within its last cell."""

from __future__ import annotations

import re

import pytest

from premium.errors import InvalidInput
from premium.tax.calculation import calculate
from premium.tax.importers.cut_off import cut_off
from premium.tax.importers.recognition import rows_of_csv

pytestmark = pytest.mark.unit
HASH = "0x" + "ab" * 32
OWN = "id,timestamp,type,asset,amount,value,wallet\n" + "".join(
    f"b{n},2024-01-0{n}T00:00:00Z,buy,BTC,1,100.25,Kraken\n" for n in range(1, 5)
)
KRAKEN = (
    "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance\n"
    "L1,T1,2024-01-02 09:00:00,trade,,currency,ZUSD,-100,0,0.0000\n"
    "L2,T1,2024-01-02 09:00:00,trade,,currency,XXBT,0.002,0,0.0020\n"
    "L3,S1,2024-01-03 09:00:00,staking,,currency,DOT,1,0,1.0000\n"
    "L4,S2,2024-01-04 09:00:00,staking,,currency,DOT,1,0,2.0000\n"
)


@pytest.mark.parametrize(
    ("before", "last", "why"),
    [
        ([HASH, HASH], HASH[:-1], "shorter than all others"),
        (["2024-01-01T00:00:00Z"] * 2, "2024-01-01T00:0", "shorter than all others"),
        (["1.00000000", "20.00000000", "3.00000000"], "4.000", "fewer digits"),
        (["1,00", "20,00", "3,00"], "4,", "fewer digits"),
        (["Kraken", "Ledger", "Kraken"], "Krak", "how 'Kraken'"),
        (["a", "b", "c"], "", "it is empty"),
        # What may be whole is left alone.
        (["1.00", "2.5", "30"], "4", None),
        (["1", "22", "333"], "4", None),
        (["Kraken", "Krak"], "Krak", None),
        (["Kraken", ""], "", None),
        (["buy", "sell"], "fee", None),
        ([HASH], "x", None),
        ([], "x", None),
    ],
)
def test_what_a_last_cell_says_of_itself(before: list[str], last: str, why: str | None) -> None:
    told = cut_off(before, last)
    assert (told is None) if why is None else (why in str(told))


@pytest.mark.parametrize("kept", range(1, 5))
def test_an_own_file_cut_within_its_last_word_is_refused_by_line(kept: int) -> None:
    whole = OWN.rstrip("\n")
    rows = rows_of_csv(whole[:-kept], "own.csv")
    with pytest.raises(InvalidInput, match=r"own.csv, line 5, column wallet: the file breaks off in this line: 'Kr"):
        _calculated(rows)
    assert len(_calculated(rows_of_csv(whole, "own.csv"))) == 4


def _calculated(rows: object) -> list[object]:
    from premium.tax.document.rows import Together  # noqa: PLC0415 - as the command reads files

    document = {"jurisdiction": "US", "transactions": Together([("own.csv", rows)])}
    return calculate(document, lenient=False).outcome.open_lots  # type: ignore[return-value]


def test_a_kraken_file_cut_within_its_last_number_is_refused_and_a_line_break_confirms_it() -> None:
    cut = KRAKEN.rstrip("\n")[:-2]
    with pytest.raises(InvalidInput, match=r"line 5, column balance: the file breaks off .* end the file with a line"):
        rows_of_csv(cut, "k.csv")
    assert len(rows_of_csv(cut + "\n", "k.csv")) == len(rows_of_csv(KRAKEN.rstrip("\n"), "k.csv")) == 3


@pytest.mark.parametrize("text", [OWN, KRAKEN])
def test_a_quote_that_never_closes_swallows_no_line_in_silence(text: str) -> None:
    lines = text.splitlines(keepends=True)
    cell = re.search(r",([A-Za-z]+)", lines[2])
    assert cell is not None
    lines[2] = lines[2].replace(cell[1], f'"{cell[1]}', 1)
    with pytest.raises(InvalidInput, match=r"x\.csv, line 3: a quote opens in this line"):
        rows_of_csv("".join(lines), "x.csv")


def test_a_note_with_an_inch_mark_is_no_open_quote() -> None:
    text = KRAKEN.replace("L3,S1", 'L3,5" S1')
    assert len(rows_of_csv(text, "k.csv")) == 3
