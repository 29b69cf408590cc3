"""Show, load and fetch exchange rates: `premium rates`."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import click

from premium.bootstrap import platform
from premium.cli.operators import changes_state
from premium.errors import InvalidInput
from premium.execution.schedule import run
from premium.money import decimal_of, plain
from premium.rates.model import Rate
from premium.rates.service import ExchangeRates

_CODE = re.compile(r"[A-Z]{3}")
_FIELDS = ("currency", "day", "rate")
_OURS = ("ecb", "stated")
_MOST = Decimal(10) ** 13


@click.group()
def rates() -> None:
    """Show, load and fetch exchange rates of currencies."""


@rates.command("show")
@click.argument("stored")
@click.argument("wanted")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
def show_command(stored: str, wanted: str, day: datetime) -> None:
    """Show what one of a currency costs in another on a day.

    premium rates show USD GBP 2024-03-30
    """
    moment = day.replace(hour=12, tzinfo=UTC)
    one, other = stored.upper(), wanted.upper()
    quote = ExchangeRates.of(platform()).book({(one, moment), (other, moment)}).quote(one, other, moment)
    if quote is None:
        raise click.ClickException(f"no source knows {one} and {other} on {day:%Y-%m-%d} or the week before")
    click.echo(f"1 {one} = {plain(quote.of(Decimal(1)).normalize())[:30]} {other}, {quote.origin} of {quote.day}")


@rates.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="Whose they are, as EXCHANGE_RATE_SOURCES names it: hmrc, bmf …")
@click.option("--base", required=True, help="The currency that each rate is for one of: GBP for HMRC's")
@changes_state
def load_command(file: Path, source: str, base: str) -> None:
    """Add an authority's published rates from a file.

    CSV with currency,day,rate (and until): units of the currency for one of the base. `until` is the last day of a
    rate that is meant for a month; without it a rate holds until the next one, for a week at most.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,31}", source) or source in _OURS:
        raise InvalidInput(f"{source[:40]!r} is no name for a source: small letters, and none of {', '.join(_OURS)}")
    if not _CODE.fullmatch(base):
        raise InvalidInput(f"{base[:10]!r} is no currency's code")
    read = list(_rates(file, source, base))
    click.echo(f"{ExchangeRates.of(platform()).add(read)} of {len(read)} rates were new")


@rates.command("fetch")
@changes_state
def fetch_command() -> None:
    """Start the job that fetches the newest rates, as the clock does."""
    click.echo(f"job {run('rates.fetch', platform(), platform().clock.now())['job']}")


def _rates(file: Path, source: str, base: str) -> Iterator[Rate]:
    """InvalidInput names line, field and reason; a file is taken whole or not at all."""
    seen = dict[tuple[str, date], int]()
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            if missing := [field for field in _FIELDS if field not in (reader.fieldnames or ())]:
                raise InvalidInput(f"{file.name}: the column {missing[0]} is missing")
            for row in reader:
                rate = _rate(row, reader.line_num, source, base)
                before = seen.setdefault((rate.currency, rate.day), reader.line_num)
                if before != reader.line_num:
                    raise _wrong(reader.line_num, "day", f"{rate.currency} of {rate.day} stands in line {before} too")
                yield rate
    except (UnicodeDecodeError, csv.Error):
        raise InvalidInput(f"{file.name} is no CSV in UTF-8") from None


def _rate(row: Mapping[str, str | None], line: int, source: str, base: str) -> Rate:
    code = (row["currency"] or "").strip()
    if not _CODE.fullmatch(code) or code == base:
        raise _wrong(line, "currency", f"{code[:10]!r} is no code, or the base itself")
    try:
        value = decimal_of((row["rate"] or "").strip())
    except ValueError:
        value = Decimal(0)
    if not 0 < value < _MOST:
        raise _wrong(line, "rate", f"{str(row['rate'])[:30]!r} is no number above zero")
    day, until = _day(row["day"], line, "day"), row.get("until")
    last = _day(until, line, "until") if until else None
    if last is not None and last < day:
        raise _wrong(line, "until", "lies before its day")
    return Rate(source, base, code, day, value, last)


def _day(text: str | None, line: int, field: str) -> date:
    try:
        return date.fromisoformat((text or "").strip())
    except ValueError:
        raise _wrong(line, field, f"{str(text)[:30]!r} is no day such as 2024-03-28") from None


def _wrong(line: int, field: str, reason: str) -> InvalidInput:
    return InvalidInput(f"line {line}: {field}: {reason}", details={"line": line, "field": field})
