"""Measure performance offline: `premium portfolio`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from premium.cases import Kind, answer
from premium.cli.cases import read_text
from premium.cli.output import errors_as_sentences, opened
from premium.cli.portfolio_backfill import backfill
from premium.cli.portfolio_explain import explain
from premium.cli.portfolio_runs import runs
from premium.storage.plain import to_json

WALLETS_A_READ = 2_500


@click.group()
def portfolio() -> None:
    """Measure portfolios by files; look after their hourly runs.

    Only `runs`, `explain` and `backfill` need a server, a node or a clock.
    """


portfolio.add_command(runs)
portfolio.add_command(backfill)
portfolio.add_command(explain)


_INPUT = click.option("--input", "source", required=True, help="A file of cases as JSON; - is standard input")
_OUTPUT = click.option("--output", default="-", help="Where the answers go; - (the default) is standard output")


@portfolio.command()
@_INPUT
@_OUTPUT
def performance(source: str, output: str) -> None:
    """Compute returns, risk, money-weighted rates and profit by lots.

    A case that cannot be answered carries its error; the others are answered.
    """
    from premium.returns.cases import KINDS  # noqa: PLC0415 - numpy is for this command alone

    _answer(source, output, KINDS)


@portfolio.command()
@_INPUT
@_OUTPUT
def reconcile(source: str, output: str) -> None:
    """Close the balance equation of wallets between two readings.

    Each movement is named as a flow; what nothing explains is shown, and "closes" is false then.
    """
    from premium.portfolio.flows.cases import KINDS  # noqa: PLC0415 - each command loads its own engine

    _answer(source, output, KINDS)


@portfolio.command()
@_INPUT
@_OUTPUT
def positions(source: str, output: str) -> None:
    """Compute what leaving positions pays, to the unit, and what it is worth.

    Ranges of Uniswap V3 with their fees, loans, vaults, staked tokens, shares of pools, and tokens that hold others.
    """
    from premium.portfolio.positions.cases import KINDS  # noqa: PLC0415 - each command loads its own engine

    _answer(source, output, KINDS)


@portfolio.command()
@_INPUT
@_OUTPUT
@click.option("--explain", is_flag=True, help="Add the lines of which the total is the sum")
def aggregate(source: str, output: str, *, explain: bool) -> None:
    """Add up what wallets hold and owe, and say what the total does not know.

    A chain that failed keeps its part of the case's "previous", an answer of this command.
    """
    from premium.portfolio.totals.cases import kinds  # noqa: PLC0415 - each command loads its own engine

    _answer(source, output, kinds(explain=explain))


@portfolio.command()
@click.option("--users", default=125_000, show_default=True, type=click.IntRange(1, 10_000_000))
@click.option("--chains", default=100, show_default=True, type=click.IntRange(1, 1_000))
@click.option("--workers", default=40, show_default=True, type=click.IntRange(1, 1_000))
@click.option("--wallets-a-read", default=WALLETS_A_READ, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--cpu-a-user", type=click.FloatRange(0, 60), help="Seconds; assumed where it is not given.")
def simulate(users: int, chains: int, workers: int, wallets_a_read: int, cpu_a_user: float | None) -> None:
    """Print what an hour's run over so many users takes and costs."""
    from dataclasses import replace  # noqa: PLC0415 - as below
    from decimal import Decimal  # noqa: PLC0415 - as below

    from premium.portfolio.fleet import costs  # noqa: PLC0415 - its own engine

    measured = costs.ASSUMED
    measured = measured if cpu_a_user is None else replace(measured, cpu_a_user=Decimal(str(cpu_a_user)))
    fleet = costs.Fleet(users=users, chains=chains)
    click.echo(to_json(costs.simulate(fleet, measured, workers=workers, wallets_a_read=wallets_a_read)))


def _answer(source: str, output: str, kinds: Sequence[Kind]) -> None:
    with errors_as_sentences():
        answered = answer(read_text(source), kinds)
        with opened(output) as file:
            file.write(answered)
