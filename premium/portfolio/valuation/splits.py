"""Splits what counts of an answer by wallet, chain, asset, category and position."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from premium.money import EXACT, ZERO, plain

SPLITS = ("wallet", "chain", "asset", "category")
"""By what a history may be split."""
SCOPES = ("wallet", "chain", "held", "position")
"""By what returns are measured.

Of assets what wallets hold themselves: what they give to a position is a flow.
"""


def split(answer: Mapping[str, Any], names: Mapping[str, str] = MappingProxyType({})) -> dict[str, dict[str, str]]:
    """Return US dollars by part.

    The sums of each split but `held` and `position` are the total.

    `names` are those that positions keep from reading to reading, by the totals' own.
    """
    sums: dict[str, defaultdict[str, Decimal]] = {name: defaultdict(Decimal) for name in {*SPLITS, *SCOPES}}
    for row in answer["holdings"]:
        if row["value_usd"] is None or not row.get("counted", True):
            continue
        usd, position = Decimal(row["value_usd"]), row.get("position") if row.get("role", "held") != "held" else None
        places = {name: row.get(name) or "unknown" for name in SPLITS}
        places |= {"held": row["asset"]} if position is None else {"position": names.get(position, position)}
        for name, key in places.items():
            sums[name][key] = EXACT.add(sums[name].get(key, ZERO), usd)
    return {name: {key: plain(usd) for key, usd in sorted(mine.items())} for name, mine in sorted(sums.items())}
