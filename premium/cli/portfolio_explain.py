"""Explain a user's figures to operators: `premium portfolio explain`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import click

from premium.bootstrap import platform
from premium.cli.output import errors_as_sentences
from premium.money import plain
from premium.storage.plain import to_json

_FIGURES = click.Choice(["total", "asset", "position", "flow"])


@click.command()
@click.argument("user_id", type=click.UUID)
@click.option("--figure", type=_FIGURES, default="total", show_default=True, help="What is explained.")
@click.option("--id", "part", help="The asset (chain:address), the position's or the flow's id.")
@click.option("--snapshot", type=click.UUID, help="Of the total as it was at a snapshot.")
def explain(user_id: UUID, figure: str, part: str | None, snapshot: UUID | None) -> None:
    """Print the lines that a user's figure is the sum of.

    The first line is the figure; the counted lines' "value_usd" and "unlisted" add up to it. Runs with the environment
    of a worker.
    """
    if (figure == "total") == (part is not None) or (snapshot is not None and figure != "total"):
        raise click.UsageError("--id names an asset, a position or a flow; --snapshot is of the total alone")
    with errors_as_sentences():
        usd, unlisted, lines = _explained(user_id, figure, part, snapshot)
        click.echo(to_json({"figure": figure, "id": part, "usd": usd, "unlisted": unlisted}))
        for line, block in lines:
            click.echo(to_json({**line, "block": block}))


def _explained(
    user_id: UUID, figure: str, part: str | None, snapshot: UUID | None
) -> tuple[str, str, list[tuple[Mapping[str, Any], int | None]]]:
    from premium.portfolio.shown import Shown  # noqa: PLC0415 - this command alone needs it

    shown = Shown.of_worker(platform())
    if figure == "position":
        row = shown.portfolios.position(user_id, UUID(part or ""))
        return plain(row.value_usd), "0", [(line, row.found.block) for line in row.lines]
    found = shown.explained(user_id, figure, part, snapshot)
    return plain(found.usd), plain(found.unlisted), found.lines
