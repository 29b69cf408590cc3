"""Write methods side by side, for `premium tax compare`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from premium.money import readable

SHOWN = 10
"""Holdings below their cost that a method lists in the table."""


def _short(figure: str) -> str:
    return readable(Decimal(figure))


def comparison_table(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the lines of a table: a column a method, a line a figure."""
    table = Table(box=None, pad_edge=False)
    for name in ("", *(f"{row['method']} ({row['lot_scope']})" for row in rows)):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    figures = [{**row["totals"], "unrealised_loss": row["unrealised_loss"]} for row in rows]
    for name in dict.fromkeys(name for each in figures for name in each):
        table.add_row(name, *(each.get(name, "") for each in figures))
    console = Console(width=40 + 60 * len(rows), color_system=None)
    with console.capture() as captured:
        console.print(table)
    yield from (line.rstrip() for line in captured.get().splitlines())
    for row in rows:
        for each in row["harvestable"][:SHOWN]:
            where = "" if each["wallet"] == "*" else f" in {each['wallet']}"
            held = "" if each["term"] == "none" else f", {each['term']}-term"
            counts = "" if each["counts"] else "; the country counts no such loss"
            worth = f"costs {_short(each['cost_basis'])}, is worth {_short(each['value'])}"
            yield f"{row['method']}: {_short(each['amount'])} {each['asset']}{where}{held} {worth}{counts}"
    unpriced = sorted({asset for row in rows for asset in row["unpriced"]})
    if unpriced:
        yield f"without a price of this week, and not in unrealised_loss: {', '.join(unpriced)}"
