"""What a detector reports before it is known who holds the keys: one sign of a power or a fault, with its place."""

from __future__ import annotations

from typing import NamedTuple

from premium.security.guards import Authority


class Signal(NamedTuple):
    """`id` is a row of `premium.security.score.WEIGHTS`; `by` is empty where anyone may use it."""

    id: str
    selector: int | None
    offset: int | None = None
    slot: str | None = None
    value: str | None = None
    by: frozenset[Authority] = frozenset()
    bounded: bool = False
    """The code limits what the holder may set."""
