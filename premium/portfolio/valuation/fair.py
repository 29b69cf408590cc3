"""Values shares of pairs whose price was moved, by 2√(k·p₀·p₁), which does not move.

That is what both tokens are worth once the pool's price is back at the market's. Where it is more than 2 % away, the
amounts that are valued are those of then; what burning pays now stays what the position says.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from premium.amm.constant_product import off_market, rebalanced
from premium.portfolio.positions.found import Found

APART = Fraction(2, 100)
"""How far a pool's price may be from the market's."""
Unit = Callable[[str], Fraction | None]
"""The dollars of one base unit of an asset; None where that is not known for good."""


def distance(found: Found, unit: Unit) -> Fraction | None:
    """Return how far a pair's price is from the market's.

    None where it is near or unknown, and for what is no pair.
    """
    if found.kind != "v2_lp" or len(found.assets) != 2 or any(leg.path for leg in found.assets):
        return None
    first, second = (unit(leg.asset) for leg in found.assets)
    if first is None or second is None or "reserve0" not in found.facts:
        return None
    off = off_market(_reserves(found), (first, second))
    return off if off is not None and abs(off) > APART else None


def valued(found: Found, unit: Unit) -> Found:
    """Return the position with the amounts that are valued."""
    if distance(found, unit) is None or "supply" not in found.facts:
        return found
    first, second = (unit(leg.asset) for leg in found.assets)
    if first is None or second is None:
        return found
    share = Fraction(int(found.facts["shares"]), int(found.facts["supply"]))
    units = rebalanced(_reserves(found), (first, second), share)
    assets = tuple(leg.model_copy(update={"units": n}) for leg, n in zip(found.assets, units, strict=True))
    return found.model_copy(update={"assets": assets})


def _reserves(found: Found) -> tuple[int, int]:
    return int(found.facts["reserve0"]), int(found.facts["reserve1"])
