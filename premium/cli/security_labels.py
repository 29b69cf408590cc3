"""Import lists of labels, undo and show: `premium security labels`."""

from __future__ import annotations

from pathlib import Path

import click

from premium.bootstrap import platform
from premium.cli.operators import add_targets, agreed, changes_state, dry_run
from premium.cli.security_lists import bounded, checked_source
from premium.security.labelled import Labels, at_odds
from premium.security.labels.shapes import MAX_BYTES, SHAPES


@click.group()
def labels() -> None:
    """Import lists of labels, undo an import, show what stands of an address."""


@labels.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="Whose list it is: ofac, own …")
@click.option("--shape", type=click.Choice(SHAPES), default=None, help="Told from the file without")
@click.option("--chain", default=None, help="The chain that a list of GoPlus is about")
@click.option("--fewer", is_flag=True, help="Take a list that is a fifth shorter than its last import, or more")
@changes_state
def import_command(file: Path, source: str, shape: str | None, chain: str | None, *, fewer: bool) -> None:
    """Import a whole list; it takes the place of the source's last import.

    What it no longer names ends now. A list without a label is refused, and so is one that is a fifth shorter.
    """
    name = checked_source(source)
    chains = platform().chains
    about = chains[chain].chain_id if chain is not None else None
    made = Labels.of(platform(), by_operator=True).take(
        name, bounded(file, MAX_BYTES), chains, shape=shape, chain=about, fewer=fewer
    )
    add_targets([made.id])
    click.echo(f"{name}: {made.listed} labels, {made.added} new, {made.ended} ended")


@labels.command("undo")
@click.argument("source")
@dry_run
@changes_state
def undo_command(source: str, *, dry_run: bool, yes: bool) -> None:
    """Take back the last import of a list."""
    name = checked_source(source)
    if not agreed(f"take back the last import of {name}", is_dry_run=dry_run, yes=yes):
        return
    made = Labels.of(platform(), by_operator=True).undo(name)
    add_targets([made.id])
    click.echo(f"{name}: {made.added} labels went, {made.ended} stand again")


@labels.command("show")
@click.argument("address", required=False)
def show_command(address: str | None) -> None:
    """Show what lists say of an address or page; without one, the lists themselves."""
    here = Labels.of(platform(), by_operator=True)
    if address is None:
        for each in here.store.imports():
            told = f"{each['listed']:>8} labels, {each['created_at']:%Y-%m-%d %H:%M} UTC, {each['shape']}"
            click.echo(f"{each['source']:<20} {told} {each['version'] or ''}".rstrip())
        for sentence in here.stale():
            click.echo(sentence)
        return
    now = here.clock.now()
    stands = here.store.of([address.strip().lower()], None)
    for one in stands:
        label, state = one.label, "in force" if one.in_force(now) else "ended"
        until = f" until {label.until:%Y-%m-%d %H:%M}" if label.until else ""
        kind = f"{label.kind} (opinion)" if one.is_opinion else label.kind
        click.echo(f"{kind}, {state}{until}: {label.name or '-'}, {one.source} {one.version or ''}".rstrip())
    if odds := at_odds(stands, now):
        click.echo(odds)
    if not stands:
        click.echo("no list names it: it is unknown, not safe")
