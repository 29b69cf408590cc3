"""Turn measurements of browsers into metrics.

Nothing says whose they are: a page's name out of a list, a vital's name out of a list, a number.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple, get_args

from premium.observability import observe

Page = Literal[
    "signin", "portfolio", "alerts", "tax", "gas", "security", "usage", "account", "admin", "other"
]  # fmt: skip
PAGES: tuple[Page, ...] = get_args(Page)
Vital = Literal["LCP", "FCP", "TTFB", "INP", "CLS"]


class Measured(NamedTuple):
    """One vital of one page view: milliseconds, or of CLS the shift itself."""

    name: Vital
    value: float


def record(page: Page, vitals: Iterable[Measured]) -> None:
    """Record a page view's vitals."""
    for name, value in vitals:
        seconds = value / 1000
        # A metric's name is written out, so that it is found.
        match name:
            case "LCP":
                observe("ConsoleLargestPaint", seconds, "Seconds", page=page)
            case "FCP":
                observe("ConsoleFirstPaint", seconds, "Seconds", page=page)
            case "TTFB":
                observe("ConsoleFirstByte", seconds, "Seconds", page=page)
            case "INP":
                observe("ConsoleInteraction", seconds, "Seconds", page=page)
            case "CLS":
                observe("ConsoleLayoutShift", value, "Count", page=page)
