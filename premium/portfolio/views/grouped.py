"""Groups assets by what is the same over chains, and positions by their receipts."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from premium.money import EXACT, ZERO
from premium.portfolio.model import AssetRow, total
from premium.portfolio.totals.shares import shares

_TABLE = Path(__file__).with_name("identities.json")
_ANY_CHAIN = "*"


class Group(NamedTuple):
    """An asset as a list shows it, and what it stands for."""

    row: AssetRow
    identity: str | None
    assets: tuple[str, ...]


@cache
def identities() -> Mapping[str, str]:
    """Return the name under which an asset is the same as others, by asset."""
    table = json.loads(_TABLE.read_text(encoding="utf-8"))["identities"]
    return {asset: name for name, assets in table.items() for asset in assets}


def by_identity(rows: Iterable[AssetRow]) -> list[Group]:
    """Return assets with those that are one over chains together, the most valuable first."""
    groups: dict[str, list[AssetRow]] = {}
    for row in rows:
        groups.setdefault(identities().get(row.asset, row.asset), []).append(row)
    found = [_group(name, mine) for name, mine in groups.items()]
    return sorted(found, key=lambda group: _place(group.row))


def of_wallets(rows: Iterable[AssetRow], answer: Mapping[str, Any], wallets: Iterable[str]) -> list[AssetRow]:
    """Return the part of assets that some wallets hold themselves, the most valuable first."""
    mine, names = defaultdict[str, list[Mapping[str, Any]]](list), set(wallets)
    for line in answer.get("holdings", ()):
        if line["wallet"] in names and line.get("role", "held") == "held" and line["units"] != "0":
            mine[line["asset"]].append(line)
    found = [_narrowed(row, mine[row.asset]) for row in rows if row.asset in mine]
    return sorted(found, key=_place)


def page(groups: Sequence[Group], limit: int, after: tuple[Decimal | None, UUID] | None) -> list[Group]:
    """Return up to `limit` groups after a position in their order."""
    if after is None:
        return list(groups[:limit])
    place = _order(*after)
    return [group for group in groups if _place(group.row) > place][:limit]


def held(answer: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the allocation of assets by what the wallet holds.

    Parts of a position stand under its receipt, or under its own name where it has none or several.
    """
    names = {row["id"]: row["receipts"][0] if len(row["receipts"]) == 1 else row["id"] for row in answer["positions"]}
    sums: dict[str, Decimal] = {}
    for row in answer["holdings"]:
        usd = Decimal(row["value_usd"]) if row["counted"] and row["value_usd"] is not None else ZERO
        if usd > 0:
            is_part = row.get("role", "held") != "held" and row["position"] is not None
            key = names.get(row["position"], row["position"]) if is_part else row["asset"]
            sums[key] = EXACT.add(sums.get(key, ZERO), usd)
    return shares(sums, total(sums.values()))


def _place(row: AssetRow) -> tuple[bool, Decimal, UUID]:
    return _order(row.value_usd, row.id)


def _order(value: Decimal | None, row_id: UUID) -> tuple[bool, Decimal, UUID]:
    """By value, what has none last."""
    return value is None, (value or ZERO).copy_negate(), row_id


def _group(name: str, rows: Sequence[AssetRow]) -> Group:
    first = min(rows, key=_place)
    identity, assets = identities().get(first.asset), tuple(sorted(row.asset for row in rows))
    if len(rows) == 1:
        return Group(first, identity, assets)
    values = [row.value_usd for row in rows if row.value_usd is not None]
    prices = {row.price_usd for row in rows}
    whole = first.model_copy(update={
        "id": uuid5(NAMESPACE_URL, f"identity:{name}"), "chain": _ANY_CHAIN, "asset": name,
        "balance": total(row.balance for row in rows), "value_usd": total(values) if values else None,
        "price_usd": first.price_usd if len(prices) == 1 else None,
        "decimals": max((row.decimals for row in rows if row.decimals is not None), default=None),
        "is_stale": any(row.is_stale for row in rows), "as_of": min(row.as_of for row in rows),
        "why": next((row.why for row in rows if row.why), None),
    })  # fmt: skip
    return Group(whole, identity, assets)


def _narrowed(row: AssetRow, lines: Sequence[Mapping[str, Any]]) -> AssetRow:
    units = sum(int(line["units"]) for line in lines)
    counted = [Decimal(line["value_usd"]) for line in lines if line.get("counted", True) and line["value_usd"]]
    return row.model_copy(update={
        "balance": Decimal(units).scaleb(-(row.decimals or 0), context=EXACT),
        "value_usd": total(counted) if counted else None, "why": next((x["why"] for x in lines if x.get("why")), None),
    })  # fmt: skip
