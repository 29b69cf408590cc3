"""Scan by files, offline: `premium security`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from premium.cases import Kind, answer
from premium.cli.cases import read_text
from premium.cli.output import errors_as_sentences, opened
from premium.cli.security_disputes import disputes
from premium.cli.security_labels import labels
from premium.cli.security_rescans import rescan
from premium.cli.security_signatures import signatures


@click.group()
def security() -> None:
    """Judge calls, messages and data by files, without a server or a node."""


security.add_command(disputes)
security.add_command(labels)
security.add_command(rescan)
security.add_command(signatures)

_INPUT = click.option("--input", "source", required=True, help="A file of cases as JSON; - is standard input")
_OUTPUT = click.option("--output", default="-", help="Where the answers go; - (the default) is standard output")
_SHIPPED = click.option("--shipped/--no-shipped", default=True, help="Know the contracts that the product ships")


@security.command()
@_INPUT
@_OUTPUT
def decode(source: str, output: str) -> None:
    """Decode ABI data strictly; what does not encode back to the very bytes is said."""
    from premium.security.cases.abi import KINDS  # noqa: PLC0415 - each command loads its own engine

    _answer(source, output, KINDS)


@security.command("scan-transaction")
@_INPUT
@_OUTPUT
@_SHIPPED
def scan_transaction(source: str, output: str, *, shipped: bool) -> None:
    """Judge transactions, lists of calls and user operations, with all that they hide."""
    from premium.security.cases.transactions import kinds  # noqa: PLC0415 - each command loads its own engine

    _answer(source, output, kinds(shipped=shipped))


@security.command("scan-message")
@_INPUT
@_OUTPUT
@_SHIPPED
def scan_message(source: str, output: str, *, shipped: bool) -> None:
    """Judge typed data, texts and hashes by what a signature lets others do."""
    from premium.security.cases.messages import kinds  # noqa: PLC0415 - each command loads its own engine

    _answer(source, output, kinds(shipped=shipped))


@security.command()
@click.option("--input", "source", default=None, help="A file of cases as JSON; - is standard input")
@_OUTPUT
@click.option("--table", is_flag=True, help="Print the weight of every finding instead")
def score(source: str | None, output: str, *, table: bool) -> None:
    """Score findings by their ids and severities; the factors add up."""
    from premium.security.cases.scores import KINDS, weights  # noqa: PLC0415 - each command loads its own engine

    if table == (source is not None):
        raise click.UsageError("Give either --input or --table.")
    if source is not None:
        _answer(source, output, KINDS)
        return
    with errors_as_sentences(), opened(output) as file:
        file.writelines(f"{id_:<32} {severity.value:<9} {weight:>3}\n" for id_, severity, weight in weights())


@security.command()
@_OUTPUT
def findings(output: str) -> None:
    """Print the catalogue: every finding with severities and words, as JSON."""
    from premium.security.report.listed import catalogue  # noqa: PLC0415 - each command loads its own engine

    with errors_as_sentences(), opened(output) as file:
        json.dump({"findings": catalogue()}, file, indent=2, ensure_ascii=False)
        file.write("\n")


@security.command("scan-contract")
@_INPUT
@_OUTPUT
@_SHIPPED
def scan_contract(source: str, output: str, *, shipped: bool) -> None:
    """Judge contracts by what their code can do, and by whom."""
    from premium.security.cases.contracts import kinds  # noqa: PLC0415 - each command loads its own engine

    _answer(source, output, kinds(shipped=shipped))


@security.command("trade-simulation")
@_INPUT
@_OUTPUT
@_SHIPPED
def trade_simulation(source: str, output: str, *, shipped: bool) -> None:
    """Buy, transfer and sell tokens on an EVM of the command's own.

    And say what is missing.
    """
    from premium.security.cases.trades import kinds  # noqa: PLC0415 - each command loads its own engine

    _answer(source, output, kinds(shipped=shipped))


@security.command("scan-source")
@_INPUT
@_OUTPUT
def scan_source(source: str, output: str) -> None:
    """Judge sources of Solidity and Vyper by their compiler's own tree of them."""
    from premium.security.cases.sources import kinds  # noqa: PLC0415 - each command loads its own engine

    _answer(source, output, kinds(None if source == "-" else Path(source).parent))


@security.command("scan-address")
@_INPUT
@_OUTPUT
@_SHIPPED
def scan_address(source: str, output: str, *, shipped: bool) -> None:
    """Judge addresses by labels, code, history and what they resemble."""
    from premium.security.cases.addresses import kinds  # noqa: PLC0415 - each command loads its own engine

    _answer(source, output, kinds(shipped=shipped))


def _answer(source: str, output: str, kinds: Sequence[Kind]) -> None:
    with errors_as_sentences():
        answered = answer(read_text(source), kinds)
        with opened(output) as file:
            file.write(answered)
