"""List trained models of gas, let one serve, let one retire: `premium gas models`."""

from __future__ import annotations

import click

from premium.bootstrap import platform
from premium.cli.operators import add_targets, agreed, changes_state, dry_run
from premium.gas.models import Models
from premium.gas.series.hours import STEPS, refusal

_HORIZON = click.Choice(tuple(STEPS))


@click.group()
def models() -> None:
    """List trained models of hours ahead, let one serve, let one retire."""


@models.command("list")
@click.option("--chain", default=None, help="Of one chain alone")
def list_command(chain: str | None) -> None:
    """Show the versions, the newest first, and why one may not serve."""
    known = Models.of(platform()).store.all(chain)
    for each in known:
        own, best = each.metrics["model"], each.metrics["best_baseline"]
        error = "-" if own is None else f"error {own['mape']:.4f}, bands {own['cover80']:.3f} {own['cover95']:.3f}"
        beside = f"{best} {each.metrics['baselines'][best]['mape']:.4f}" if best else "-"
        why = refusal(each.metrics)
        told = f"{each.chain:<12} {each.horizon:>3} {each.version} {each.trained_at:%Y-%m-%d %H:%M} {each.status:<9}"
        click.echo(f"{told} {error}; {beside}{f'; {why}' if why else ''}")
    if not known:
        click.echo("no model was trained yet: gas.train does once a day, of chains followed for three days")


@models.command("promote")
@click.argument("chain")
@click.argument("horizon", type=_HORIZON)
@click.argument("version")
@changes_state
def promote_command(chain: str, horizon: str, version: str) -> None:
    """Let a version serve, an earlier one too.

    One that did not beat the best baseline, or whose bands did not hold, is refused.
    """
    add_targets([f"{chain} {horizon} {version}"])
    Models.of(platform()).promote(chain, horizon, version, platform().clock.now())
    click.echo(f"{version} serves {chain} {horizon}")


@models.command("retire")
@click.argument("chain")
@click.argument("horizon", type=_HORIZON)
@click.argument("version")
@dry_run
@changes_state
def retire_command(chain: str, horizon: str, version: str, *, dry_run: bool, yes: bool) -> None:
    """Let a version serve no longer: the best baseline does, by name."""
    if not agreed(f"retire {version} of {chain} {horizon}", is_dry_run=dry_run, yes=yes):
        return
    add_targets([f"{chain} {horizon} {version}"])
    Models.of(platform()).retire(chain, horizon, version, platform().clock.now())
    click.echo(f"{version} of {chain} {horizon} is retired: the best baseline serves")
