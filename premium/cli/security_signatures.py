"""Import dumps of signatures, undo and show: `premium security signatures`."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import click

from premium.bootstrap import platform
from premium.cli.operators import add_targets, agreed, changes_state, dry_run
from premium.cli.security_lists import bounded, checked_source
from premium.errors import InvalidInput
from premium.security.calldata.dumps import MAX_BYTES
from premium.security.signatures import Signatures


@click.group()
def signatures() -> None:
    """Import dumps of functions' signatures beside those that the product ships."""


@signatures.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="Whose dump it is: 4byte, own …")
@click.option("--licence", required=True, help="Under which its publisher gives it: CC0-1.0, own …")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day of the dump")
@changes_state
def import_command(file: Path, source: str, licence: str, as_of: datetime) -> None:
    """Add what a dump names: 4byte.directory's JSON, an object by selector, or lines of text.

    A row whose selector is not that of its signature is refused. What the product ships goes first: an imported
    signature is asked for where nothing else is known of a selector, and where several fit nothing is judged by them.
    """
    name = checked_source(source)
    made = Signatures.of(platform()).take(name, bounded(file, MAX_BYTES), licence=licence, as_of=as_of.date())
    add_targets([made.id])
    click.echo(f"{name}: {made.listed} signatures, {made.added} new, {made.refused} rows refused")


@signatures.command("undo")
@click.argument("source")
@dry_run
@changes_state
def undo_command(source: str, *, dry_run: bool, yes: bool) -> None:
    """Take back the last import of a source."""
    name = checked_source(source)
    if not agreed(f"take back the last import of {name}", is_dry_run=dry_run, yes=yes):
        return
    made = Signatures.of(platform()).undo(name)
    add_targets([made.id])
    click.echo(f"{name}: {made.added} signatures went")


@signatures.command("show")
@click.argument("selector", required=False)
def show_command(selector: str | None) -> None:
    """Show the imported signatures of a selector; without one, the imports."""
    here = Signatures.of(platform()).store
    if selector is None:
        for each in here.imports():
            told = f"{each['listed']:>8} signatures, {each['added']} new, {each['refused']} refused"
            click.echo(f"{each['source']:<20} {told}, of {each['as_of']}, {each['licence']}")
        return
    if not re.fullmatch(r"(0x)?[0-9a-fA-F]{8}", selector):
        raise InvalidInput(f"{selector[:40]!r} is no selector: 4 bytes as hex")
    for text in here.of(bytes.fromhex(selector.removeprefix("0x"))) or ("no import names it",):
        click.echo(text)
