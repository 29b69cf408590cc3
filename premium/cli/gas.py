"""Compute gas fees offline: `premium gas`."""

from __future__ import annotations

import click

from premium.cases import Kind, answer
from premium.cli.cases import read_text
from premium.cli.gas_models import models
from premium.cli.output import errors_as_sentences, opened
from premium.cli.progress import watched
from premium.gas.asked import fees, forecasts


@click.group()
def gas() -> None:
    """Compute fees of blocks, blobs and rollups, and forecast base fees, by files of cases.

    Nothing here needs a server, a node or a clock. A case that cannot be answered carries its error; the others are
    answered.
    """


_FEES = (fees.NEXT, fees.BOUNDS, fees.EFFECTIVE, fees.EXCESS, fees.BLOB_FEE, fees.L1_FEE, fees.INCLUSION, fees.CHAIN)


def _command(name: str, text: str, *kinds: Kind, series: slice = slice(0)) -> None:
    """Add a command that answers cases of these kinds, and those of series that it names."""

    @gas.command(name, help=text)
    @click.option("--input", "source", required=True, help="A file of cases as JSON; - is standard input")
    @click.option("--output", default="-", help="Where the answers go; - (the default) is standard output")
    def command(source: str, output: str) -> None:
        with errors_as_sentences():
            with watched() as watch:
                answered = answer(read_text(source), (*kinds, *forecasts.kinds(watch)[series]))
            with opened(output) as file:
                file.write(answered)


_command("next-base-fee", "Compute the base fee of the next block, or check a chain of blocks.", fees.NEXT, fees.CHAIN)
_command("bounds", "Compute how far the base fee can go in the next blocks.", fees.BOUNDS)
_command("effective-price", "Compute what a transaction pays for a unit of gas.", fees.EFFECTIVE)
_command("blob-fee", "Compute the excess of blob gas, or its price.", fees.EXCESS, fees.BLOB_FEE)
_command("l1-fee", "Compute what an OP-stack transaction pays for its data on layer one.", fees.L1_FEE)
_command("inclusion", "Count how often a pair of caps would have been included.", fees.INCLUSION)
_command("forecast", "Forecast the base fee after the last block, with bands.", series=slice(0, 1))
_command("backtest", "Score forecasts made after each block from its own past.", series=slice(1, 2))
_command("wait", "Say whether waiting before a deadline pays, and what it cost before.", forecasts.WAIT)
_command("calculate", "Answer a file of mixed kinds.", *_FEES, forecasts.WAIT, series=slice(2))
gas.add_command(models)
