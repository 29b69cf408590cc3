"""Measure performance offline: `premium portfolio`."""

from __future__ import annotations

import click

from premium.cases import answer
from premium.cli.cases import read_text
from premium.cli.output import errors_as_sentences, opened
from premium.returns.cases import KINDS


@click.group()
def portfolio() -> None:
    """Measure portfolios by files, without a server, a node or a clock."""


@portfolio.command()
@click.option("--input", "source", required=True, help="A file of cases as JSON; - is standard input")
@click.option("--output", default="-", help="Where the answers go; - (the default) is standard output")
def performance(source: str, output: str) -> None:
    """Compute returns, risk, money-weighted rates and profit by lots.

    A case that cannot be answered carries its error; the others are answered.
    """
    with errors_as_sentences():
        answered = answer(read_text(source), KINDS)
        with opened(output) as file:
            file.write(answered)
