"""Parts of a whole, which add up to 1."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from premium.money import EXACT, plain

_UNITS = 10**8


def shares(sums: Mapping[str, Decimal], whole: Decimal) -> list[dict[str, str]]:
    """Return parts of the whole to 8 places, which add up to 1.

    What is left goes to the largest remainders.
    """
    rows = sorted(sums.items(), key=lambda row: (row[1].copy_negate(), row[0]))
    exact = [divmod(int(usd.scaleb(8, EXACT)) * _UNITS, int(whole.scaleb(8, EXACT))) for _, usd in rows]
    left = _UNITS - sum(floor for floor, _ in exact) if rows else 0
    places = sorted(range(len(rows)), key=lambda place: (-exact[place][1], rows[place][0]))
    more = set(places[:left])
    return [
        {"key": name, "usd": plain(usd),
         "share": plain(Decimal(exact[place][0] + (place in more)).scaleb(-8))}
        for place, (name, usd) in enumerate(rows)
    ]  # fmt: skip
