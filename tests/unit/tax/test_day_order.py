"""Dates whose day or month stands first: decided by all of a file's, or refused with both readings."""

# ruff: noqa: E501 - an export's line is as long as it is

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from premium.cli.main import main
from premium.errors import InvalidInput
from premium.tax.importers.day_order import DAY_FIRST, MONTH_FIRST, order_of
from premium.tax.importers.manners import clock_of
from premium.tax.importers.recognition import rows_of_csv
from premium.tax.neutral.sources import FileRows
from tests.unit.tax import exports
from tests.unit.tax.test_field_files import read

pytestmark = pytest.mark.unit

COINTRACKER = exports.COINTRACKER.splitlines()[0] + "\n"
EXPORT = exports.COINTRACKER_EXPORT.splitlines()[0] + "\n"
ROTKI = exports.ROTKI.splitlines()[0] + "\n"
BINANCE = exports.BINANCE.splitlines()[0] + "\n"


def cointracker(*dates: str) -> str:
    return COINTRACKER + "".join(f"{date},1,BTC,400,USD,,,\n" for date in dates)


def times(text: str, **options: Any) -> list[str]:
    return [row["timestamp"][:10] for row in read(text, **options)]


@pytest.mark.parametrize(
    ("dates", "first"),
    [
        (["13/01/2024 10:00:00", "02/01/2024 10:00:00"], DAY_FIRST),
        (["02/01/2024 10:00:00", "01/13/2024 10:00:00"], MONTH_FIRST),
        # By the order of the lines, from old to new or from new to old.
        (["03/01/2024", "10/01/2024", "05/02/2024"], DAY_FIRST),
        (["05/02/2024", "10/01/2024", "03/01/2024"], DAY_FIRST),
        (["01/02/2024", "01/05/2024", "02/02/2024", "03/02/2024"], MONTH_FIRST),
        (["01/02/2024 9:00", "01/02/2024 10:00", "02/02/2024 8:00", "01/03/2024 8:00"], DAY_FIRST),
        # Both ways in order, or neither.
        (["01/02/2024", "03/02/2025"], None),
        (["01/02/2024", "02/02/2024", "03/02/2024"], None),
        (["05/04/2024", "01/02/2024", "03/06/2024"], None),
        (["01/02/2024 10:00:00"], None),
        (["13/01/2024", "01/13/2024"], None),
    ],
)
def test_a_file_is_read_by_all_of_its_dates(dates: list[str], first: str | None) -> None:
    assert order_of((line, "Date", text) for line, text in enumerate(dates, 2)).first == first


def test_dates_with_two_readings_are_refused_with_both_and_a_way_to_say_which() -> None:
    text = cointracker("01/02/2024 10:00:00", "03/02/2025 10:00:00")
    why = r"line 2, column Date: '01/02/2024 10:00:00' may be 2024-02-01 \(day first\) or 2024-01-02 \(month first\).*--date-order.*\(and 1 more\)"
    with pytest.raises(InvalidInput, match=why):
        read(text)
    assert times(text, date_order="day_first") == ["2024-02-01", "2025-02-03"]
    assert times(text, date_order="month_first") == ["2024-01-02", "2025-03-02"]


def test_one_day_above_twelve_reads_all_the_others_in_every_format_that_has_such_dates() -> None:
    assert times(cointracker("02/01/2024 10:00:00", "13/01/2024 10:00:00")) == ["2024-01-02", "2024-01-13"]
    export = (
        EXPORT
        + "02/01/2024 10:00:00,BUY,a,1,ETH,,K,,,9,USD,,K,,,,,,,,\n13/01/2024 10:00:00,BUY,b,1,ETH,,K,,,9,USD,,K,,,,,,,,\n"
    )
    assert times(export) == ["2024-01-02", "2024-01-13"]
    american = "{} 10:00:00 UTC,staking,reward,kraken,K,DOT,DOT,0.5,4,4,e,{},0,in,,\n"
    assert times(ROTKI + american.format("01/13/2024", "a") + american.format("02/01/2024", "b")) == [
        "2024-01-13",
        "2024-02-01",
    ]
    with pytest.raises(InvalidInput, match=r"may be 2024-01-02 \(day first\) or 2024-02-01 \(month first\)"):
        read(ROTKI + american.format("02/01/2024", "a"))


def test_a_day_that_is_its_own_month_has_one_reading() -> None:
    assert times(cointracker("03/03/2024 10:00:00", "04/04/2024")) == ["2024-03-03", "2024-04-04"]


def test_a_file_of_both_orders_is_refused_by_each_date_also_those_that_one_of_them_fits() -> None:
    with pytest.raises(InvalidInput, match=r"the file has dates with the day first, '13/01/2024'.*line 2.*month first"):
        read(cointracker("13/01/2024", "02/03/2024", "01/14/2025"))


def test_what_was_said_of_the_order_holds_and_is_refused_by_a_date_that_it_does_not_fit() -> None:
    with pytest.raises(InvalidInput, match=r"'13/01/2024' is no date with the month first"):
        read(cointracker("13/01/2024", "02/01/2024"), date_order="month_first")


def test_what_only_the_order_of_the_lines_tells_is_told_and_refused_by_strict(tmp_path: Path) -> None:
    rows = rows_of_csv(cointracker("03/01/2024", "10/01/2024", "05/02/2024"), "c.csv")
    assert isinstance(rows, FileRows)
    (notice,) = rows.notices
    assert (notice.code, "read day first" in notice.message, "line 4" in notice.message) == (
        "date_order_assumed",
        True,
        True,
    )
    file = tmp_path / "c.csv"
    file.write_text(cointracker("03/01/2024", "10/01/2024", "05/02/2024"))
    strict = CliRunner().invoke(main, ["tax", "calculate", "--input", str(file), "--strict"])
    assert (strict.exit_code, "date_order_assumed" in strict.output or "day first" in strict.output) == (1, True)
    said = CliRunner().invoke(main, ["tax", "calculate", "--input", str(file), "--date-order", "day-first"])
    assert (said.exit_code, "date_order_assumed" in said.stderr) == (0, False)


@given(st.lists(st.dates(), min_size=1, max_size=8), st.sampled_from([DAY_FIRST, MONTH_FIRST]), st.booleans())
def test_no_file_is_read_otherwise_than_it_was_written(days: list[Any], written: str, sorted_: bool) -> None:
    """An export in order of time is read as it was written, or refused; never otherwise."""
    days = sorted(days) if sorted_ else days
    pattern = "%d/%m/%Y" if written == DAY_FIRST else "%m/%d/%Y"
    texts = [f"{day.strftime(pattern)[:6]}{day.year:04d}" for day in days]
    order = order_of((line, "Date", text) for line, text in enumerate(texts, 2))
    alike = all(day.day == day.month for day in days)
    if sorted_ or any(day.day > 12 for day in days):
        assert alike or order.first in (None, written)


# The clock that a file's name says, against the clock that its columns say.


@pytest.mark.parametrize(
    ("name", "clock"),
    [
        ("export(UTC+8).csv", "UTC+08:00"),
        ("export (UTC--6).csv", "UTC-06:00"),
        ("export(UTC).csv", "UTC"),
        ("export(UTC+5_30).csv", "UTC+05:30"),
        ("export UTC+8.csv", "UTC+08:00"),
        ("export(GMT+1).csv", "UTC+01:00"),
        ("export-UTC-2024-01-02.csv", None),
        ("export.csv", None),
    ],
)
def test_a_clock_in_a_files_name_is_found(name: str, clock: str | None) -> None:
    assert clock_of(name) == clock


def test_a_name_of_another_clock_than_the_columns_is_refused_and_one_that_agrees_is_not() -> None:
    text = BINANCE + "1,2024-01-02 10:00:00,Spot,Deposit,BTC,1,\n"
    why = r"its column UTC_Time says UTC, the file's name UTC\+08:00: take the clock out of the name"
    with pytest.raises(InvalidInput, match=why):
        read(text, "history(UTC+8).csv")
    assert read(text, "history(UTC).csv")[0]["timestamp"] == "2024-01-02T10:00:00+00:00"
    assert read(text, "history(UTC+0).csv")[0]["timestamp"] == "2024-01-02T10:00:00+00:00"
    with pytest.raises(InvalidInput, match="times of kraken are UTC"):
        read(exports.KRAKEN, "ledgers(UTC+1).csv")
