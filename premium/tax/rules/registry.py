"""Every jurisdiction by its code."""

from __future__ import annotations

from premium.errors import InvalidInput
from premium.refusals import shown
from premium.tax.rules import au, ca, de, fr, gb, generic, ie, jp, us
from premium.tax.rules.base import Jurisdiction

JURISDICTIONS: dict[str, Jurisdiction] = {
    module.RULES.code: module.RULES for module in (us, gb, de, ca, au, fr, ie, jp, generic)
}
_ALIASES = {"UK": "GB", "GENERIC": "generic"}


def jurisdiction(code: str) -> Jurisdiction:
    """Return a jurisdiction by its code; InvalidInput names the known ones.

    An ISO code in any case, UK for GB, or generic.
    """
    wanted = code.strip().upper()
    found = JURISDICTIONS.get(_ALIASES.get(wanted, wanted))
    if found is None:
        known = ", ".join(JURISDICTIONS)
        raise InvalidInput.about("jurisdiction", f"unknown jurisdiction {shown(code)}; known are {known}")
    return found
