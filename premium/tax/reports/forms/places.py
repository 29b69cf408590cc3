"""Give each page of a US form its places for name and number."""

from __future__ import annotations

from premium.tax.reports.forms.taxpayer import Taxpayer
from premium.tax.reports.layout.blanks import Blank


def places_of(taxpayer: Taxpayer) -> tuple[Blank, Blank]:
    """Return the two places that each page of a form has."""
    return (
        Blank("Name(s) shown on return", "name", taxpayer.name, 270),
        Blank("Social security number or taxpayer identification number", "number", taxpayer.number, 100),
    )
