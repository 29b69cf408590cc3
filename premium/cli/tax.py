"""`premium tax`: the engine without any server."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from premium.clock import SystemClock
from premium.errors import AppError

if TYPE_CHECKING:
    from premium.tax.calculate import Report

_OPTIONS = (
    click.option("--input", "source", required=True, help="Transactions: neutral JSON, or - for standard input"),
    click.option("--jurisdiction", help="US, GB or UK, DE, CA, AU, FR, IE, JP or generic"),
    click.option(
        "--method", help="fifo, lifo, hifo, lofo, specific_id, section_104, acb, …; the jurisdiction's by default"
    ),
    click.option("--lot-scope", help="universal, per_wallet, pool or portfolio"),
    click.option("--currency", help="Currency of all values, as a label"),
    click.option("--year", help="Report this tax year only (2024, or 2024-25); the calculation is always of all years"),
    click.option("--time-zone", help="Zone of the tax days, as an IANA name"),
    click.option("--strict", is_flag=True, help="Refuse what would else be a warning"),
)


def _with_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.group()
def tax() -> None:
    """Gains, income and forms from a file of transactions, offline."""


@tax.command()
@_with_options
@click.option("--output", default="-", help="Where the result goes; - (the default) is standard output")
@click.option("--explain", metavar="TRANSACTION", help="Say why this transaction used these lots, this term, this box")
def calculate(output: str, explain: str | None, **options: Any) -> None:
    """Compute gains lot by lot and write the neutral JSON."""
    with _told():
        report = _report(**options)
        if explain is not None:
            from premium.tax.explain import explanation

            click.echo(explanation(report, explain))
            return
        from premium.tax.writing import write_json

        with _opened(output) as file:
            write_json(report, file)


def _report(source: str, **options: Any) -> Report:
    from premium.tax.calculate import calculate
    from premium.tax.days import instant_of
    from premium.tax.files import read_document

    return calculate(read_document(source), now=instant_of(SystemClock().now()), **options)


@contextmanager
def _told() -> Iterator[None]:
    """An error of the input as one sentence on standard error and exit code 2."""
    try:
        yield
    except AppError as error:
        raise click.ClickException(error.message) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None


@contextmanager
def _opened(output: str) -> Iterator[IO[str]]:
    if output == "-":
        yield sys.stdout
        return
    with Path(output).open("w", encoding="utf-8") as file:
        yield file
