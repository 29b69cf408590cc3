"""Judge wallet logins of a file without any server: `premium accounts`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from premium.accounts.siwe.cases import Nonces, UnclearCase, verdict
from premium.cli.cases import read_cases, write_answers
from premium.cli.output import errors_as_sentences


@click.group()
def accounts() -> None:
    """Judge wallet logins offline."""


@accounts.command("verify-siwe")
@click.option("--input", "source", required=True, help="A JSON file of cases; - is standard input.")
@click.option("--output", default="-", help="Where the verdicts go; by default standard output.")
@click.option("--once", is_flag=True, help="Take each nonce of the run a single time, as a server does.")
def verify_siwe(source: str, output: str, *, once: bool) -> None:
    """Judge messages of EIP-4361 and their signatures.

    A case is {"id", "message" or "fields", "signature"?, "check"?: {"domain"?, "scheme"?, "uri"?, "chain_id"?,
    "nonce"?, "time"?}}; a file is one, a list, or {"cases": [...]}. Without a signature the message is read only; what
    check leaves out is not checked. A verdict is {"id", "valid", "fields", "address", "error": {"code", "field",
    "message"}}. Wallets that are contracts need a node, which this asks never: their signatures are not valid here.
    Exit code 1 only where the file cannot be read.
    """
    nonces = Nonces(once=once)

    def answer(case: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return verdict(case, nonces)
        except UnclearCase as error:
            return {"id": case.get("id"), "error": {"code": "invalid_input", "message": str(error)}}

    with errors_as_sentences():
        write_answers(read_cases(source).answered(answer), output)
