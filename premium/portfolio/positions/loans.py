"""Value loans as Aave does: interest, collateral, debt, health.

Integers; an index carries 27 digits, a health factor 18, thresholds are of 10,000. Source: WadRayMath, PercentageMath
and GenericLogic of @aave/core-v3.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from premium.amm.errors import held

RAY, WAD, BPS = 10**27, 10**18, 10_000


def grown(scaled: int, index: int) -> int:
    """Return an amount with its interest: halves are rounded up."""
    return held(scaled * index + RAY // 2, "scaled") // RAY


@dataclass(frozen=True, kw_only=True)
class Part:
    """An amount of a loan in the base currency; a debt has no threshold."""

    base: int
    threshold_bps: int = 0


def in_base(units: int, price: int, decimals: int) -> int:
    """Return base units of the base currency, rounded down."""
    one: int = 10**decimals
    return held(units * price, "base_prices") // one


def collateral(parts: Iterable[Part]) -> tuple[int, int]:
    """Return the collateral and its mean threshold; what has none is no collateral."""
    counted = [part for part in parts if part.threshold_bps]
    total = sum(part.base for part in counted)
    return total, sum(part.base * part.threshold_bps for part in counted) // total if total else 0


def health_factor(total: int, threshold_bps: int, debt: int) -> int | None:
    """Return the health factor with 18 digits; None without debt."""
    if not debt:
        return None
    secured = (total * threshold_bps + BPS // 2) // BPS
    return (secured * WAD + debt // 2) // debt
