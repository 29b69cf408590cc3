"""One module a jurisdiction, each of declared rules."""

from __future__ import annotations

from premium.errors import InvalidInput
from premium.tax.rules import au, ca, de, fr, gb, generic, ie, jp, us
from premium.tax.rules.base import TRANSITION, Jurisdiction

JURISDICTIONS: dict[str, Jurisdiction] = {
    module.RULES.code: module.RULES for module in (us, gb, de, ca, au, fr, ie, jp, generic)
}
_ALIASES = {"UK": "GB", "GENERIC": "generic"}

METHODS = (
    "fifo",
    "lifo",
    "hifo",
    "lofo",
    "specific_id",
    "section_104",
    "section_104_company",
    "acb",
    "average",
    "fr_portfolio",
    "ie_fifo_four_week",
    "total_average",
    "moving_average",
)
SCOPES = ("universal", "per_wallet", "pool", "portfolio")


def jurisdiction(code: str) -> Jurisdiction:
    """By ISO code in any case, UK for GB, or generic; InvalidInput names the known ones."""
    wanted = code.strip().upper()
    found = JURISDICTIONS.get(_ALIASES.get(wanted, wanted))
    if found is None:
        known = ", ".join(JURISDICTIONS)
        raise InvalidInput(f"unknown jurisdiction {code[:40]!r}; known are {known}", details={"jurisdiction": known})
    return found


__all__ = ["JURISDICTIONS", "METHODS", "SCOPES", "TRANSITION", "Jurisdiction", "jurisdiction"]
