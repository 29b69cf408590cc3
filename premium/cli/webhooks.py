"""Look after the events of payment providers: `premium billing webhooks`."""

from __future__ import annotations

import sys
from typing import Literal

import click

from premium.billing.model import StoredEvent
from premium.billing.service import Webhooks
from premium.bootstrap import platform
from premium.cli.operators import add_targets, changes_state
from premium.cli.tables import show
from premium.clock import rfc3339

_PROVIDER = click.Choice(["stripe", "paddle"])
_STATE = click.Choice(["received", "applied", "ignored", "waiting", "failed"])


@click.group()
def webhooks() -> None:
    """List events of payment providers, and have them applied again."""


@webhooks.command("list")
@click.option("--provider", type=_PROVIDER, help="Of this provider alone.")
@click.option("--type", "kind", help="Of this type alone, as invoice.payment_failed.")
@click.option("--state", type=_STATE, help="In this state alone.")
@click.option("--most", default=100, show_default=True, type=click.IntRange(1, 10_000), help="Events at most.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
def list_(provider: str | None, kind: str | None, state: str | None, most: int, *, as_json: bool) -> None:
    """List events, the newest first, with what each one did."""
    found = Webhooks.of_operator(platform()).page(provider=provider, kind=kind, state=state, limit=most)
    show([_row(event) for event in found], as_json)


@webhooks.command()
@click.argument("provider", type=_PROVIDER)
@click.argument("event_ids", nargs=-1, required=True)
@changes_state
def replay(provider: Literal["stripe", "paddle"], event_ids: tuple[str, ...]) -> None:
    """Have events applied again; what they did already they do not do twice.

    Exit code 1 where one is not there.
    """
    found = Webhooks.of_operator(platform()).replay(provider, event_ids, request_id="req_replay")
    add_targets(found)
    missing = sorted(set(event_ids) - set(found))
    click.echo(f"{len(found)} on their way")
    if missing:
        click.echo(f"not there: {', '.join(missing)}", err=True)
        sys.exit(1)


@webhooks.command()
@changes_state
def reconcile() -> None:
    """Have every live subscription compared with its provider, now; what no event brought is mended.

    A job does it: `premium queues` shows it, the audit trail what was mended.
    """
    made = Webhooks.of_operator(platform()).compare(request_id="req_reconcile")
    add_targets([made.id])
    click.echo(f"the job {made.id} compares them")


def _row(event: StoredEvent) -> dict[str, object]:
    return {
        "provider": event.provider,
        "event": event.event_id,
        "type": event.type,
        "received": rfc3339(event.received_at),
        "state": event.state,
        "outcome": event.outcome or "",
        "attempts": event.attempts,
        "error": event.error or "",
    }
