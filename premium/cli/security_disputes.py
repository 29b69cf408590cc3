"""Look at disputes of findings and answer them: `premium security disputes`."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import click

from premium.bootstrap import platform
from premium.cli.operators import changes_state, reason
from premium.security.disputed import Disputes


@click.group()
def disputes() -> None:
    """Look at disputes of findings, and answer them."""


@disputes.command("list")
def list_command() -> None:
    """List the disputes that wait for an answer, the oldest first."""
    for each in Disputes.of(platform(), by_operator=True).waiting():
        where = f"{each['chain']} {each['target']}"
        click.echo(f"{each['id']}  {each['created_at']:%Y-%m-%d}  {each['finding']} of {where}: {each['text'][:120]!a}")


@disputes.command("uphold")
@click.argument("dispute", type=click.UUID)
@click.option("--by", required=True, help="Who answers")
@reason("What the user is told.")
@changes_state
def uphold_command(dispute: UUID, by: str, why: str) -> None:
    """Keep the finding and tell the user why."""
    row = Disputes.of(platform(), by_operator=True).answer(dispute, by=by[:200], reason=why)
    click.echo(f"{row.finding} of {row.target} is upheld")


@disputes.command("withdraw")
@click.argument("dispute", type=click.UUID)
@click.option("--by", required=True, help="Who answers")
@click.option("--evidence", required=True, help="What shows that the finding is wrong: a transaction, a block, a text")
@click.option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day on which it counts again")
@reason("What the user is told.")
@changes_state
def withdraw_command(dispute: UUID, by: str, evidence: str, until: datetime, why: str) -> None:
    """Withdraw the finding for this target until a day; answers show it as withdrawn."""
    end = until.replace(tzinfo=UTC)
    row = Disputes.of(platform(), by_operator=True).answer(
        dispute, by=by[:200], reason=why, evidence=evidence[:4000], until=end
    )
    click.echo(f"{row.finding} of {row.target} is withdrawn until {end:%Y-%m-%d}")
