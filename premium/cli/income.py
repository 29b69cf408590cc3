"""Tell what subscriptions bring: `premium billing revenue`."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from premium.billing.service import Revenue
from premium.bootstrap import platform
from premium.cli.tables import show


@click.command()
@click.option("--month", help="As 2026-03: at its end, or now while it runs; this one without.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
def revenue(month: str | None, *, as_json: bool) -> None:
    """Show recurring revenue and churn of a month, by currency, in minor units.

    MRR is what was paid for the periods that run, a year's by twelve; ARR is twelve times that. Churn is the share of
    those who paid before the month whose subscriptions ended in it.
    """
    now = datetime.now(UTC)
    try:
        start = datetime.strptime(f"{month or now.strftime('%Y-%m')}-01", "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise click.BadParameter("must be as 2026-03", param_hint="--month") from None
    show([row.model_dump(mode="json") for row in Revenue.of(platform()).of_month(start, now)], as_json)
