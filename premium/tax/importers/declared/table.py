"""List all declared formats: names, years of their headers, whose shape they follow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from premium.tax.importers.declared.formats import formats


class Listed(NamedTuple):
    """A format in a row of the list."""

    name: str
    title: str
    years: str
    source: str
    samples: int
    """How many sample files of the tests hold it."""


def listed() -> Iterator[Listed]:
    """Yield the declared formats by their names."""
    for each in sorted(formats(), key=lambda one: one.name):
        yield Listed(each.name, each.title, "; ".join(each.years), "; ".join(each.sources), len(each.samples))


def as_markdown() -> str:
    """Return the list as docs/tax-exports.md has it."""
    rows = [f"| `{one.name}` | {one.title} | {one.years} | {one.source} | {one.samples} |" for one in listed()]
    head = ["| name | export | headers of | shape from | samples |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows]) + "\n"
