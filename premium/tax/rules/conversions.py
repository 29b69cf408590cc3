"""How a country takes what changes its form: wrapping, bridging, pools, loans, collateral."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from premium.tax.rules.receipts import is_assumed, unsourced


class Conversion(NamedTuple):
    """One kind of event in one country, and where that stands written."""

    treatment: Literal["moves", "disposal", "debt", "market"]
    """moves: no disposal, basis and date go on. disposal: an exchange at market value. debt: what is given back is
    worth what the loan was. market: what is given back is a disposal at market value."""
    source: str

    @property
    def assumed(self) -> bool:
        """Whether no authority was found that says so."""
        return is_assumed(self.source)


Conversions = Mapping[str, Conversion]
"""By kind: wrap, bridge, migration, lp_add, lp_remove, loan, collateral."""

RENAMED = Conversion(
    "moves", unsourced("no disposal", "a redenomination gives the same holder the same right under another name")
)
"""A token under a new name or contract, in every country."""
BRIDGED = Conversion(
    "moves", unsourced("no disposal", "the bridged token is a claim to the very units, on another chain")
)
PLEDGED = Conversion("moves", unsourced("a move", "what only secures a debt still belongs to the debtor"))
OWED = Conversion(
    "debt", unsourced("a debt at its value on receipt", "what is borrowed is no income, and giving it back no gain")
)
SWAPPED = Conversion("disposal", unsourced("an exchange", "another asset is received, which is valued by itself"))


def pools(entry: Conversion) -> dict[str, Conversion]:
    """Return both ways of a pool, which one rule governs."""
    return {"lp_add": entry, "lp_remove": entry}
