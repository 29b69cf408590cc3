"""Signals: signs of a power or a fault, before the controller is known."""

from __future__ import annotations

from typing import NamedTuple

from premium.security.detectors.guards import Authority


class Signal(NamedTuple):
    """One sign of a power or a fault, with its place.

    `id` is a row of `premium.security.report.score.WEIGHTS`; `by` is empty where anyone may use it.
    """

    id: str
    selector: int | None
    offset: int | None = None
    slot: str | None = None
    value: str | None = None
    by: frozenset[Authority] = frozenset()
    bounded: bool = False
    """The code limits what the holder may set."""
