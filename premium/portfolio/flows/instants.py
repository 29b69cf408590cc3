"""Values a portfolio just before a flow, by that instant's prices.

What was there is the answer before, and what moved since; what cannot be told of that instant makes the value unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, NamedTuple

from premium.money import EXACT, ZERO, from_base_units
from premium.portfolio.flow_model import COUNTED, MEASURED, FlowRow

SHARE = Decimal("0.001")
"""Part of the value from which on a flow is valued.

As much may stand at its former price at an instant.
"""
MOST = 20
"""Instants of one reading, the largest flows first: each may cost a call for every asset."""
_LEAST = Decimal(1)
_FAR = Decimal(10)
"""A price this many times its former one, or one part in as many, is a slip of units."""
_ROUNDING = Context(prec=200, rounding=ROUND_HALF_EVEN)
_PLACES = Decimal("1E-8")
_TIMED = MEASURED - {"unexplained"}
"""Kinds whose time is known: what nothing explains is told of a reading's end."""
_IN_PART = frozenset({"thin", "held_back"})


class Instant(NamedTuple):
    """When flows happened, and the time at which they count."""

    at: datetime
    counted_at: datetime


@dataclass(frozen=True)
class Held:
    """What counted just before an instant."""

    amounts: Mapping[str, Decimal]
    """Whole units by asset; below zero what was owed."""
    former: Mapping[str, Decimal]
    """The answers' prices, before and after."""
    fixed: Decimal
    """US dollars of what counts by other than its price."""


def instants(before: Mapping[str, Any] | None, as_of: datetime | None, rows: Iterable[FlowRow]) -> list[Instant]:
    """Return the instants of large flows, the largest first."""
    if before is None or as_of is None or before.get("gaps"):
        return []
    worth = Decimal(before.get("total_value_usd") or 0)
    sums, first = defaultdict[datetime, Decimal](Decimal), dict[datetime, datetime]()
    for row in _since(before, rows):
        if row.kind in _TIMED and row.usd is not None and row.counted_at > as_of:
            sums[row.counted_at] = EXACT.add(sums[row.counted_at], row.usd)
            first[row.counted_at] = min(first.get(row.counted_at, row.at), row.at)
    if worth < _LEAST:
        return []
    large = [at for at, usd in sums.items() if usd.copy_abs() >= EXACT.multiply(worth, SHARE)]
    ranked = sorted(large, key=lambda at: (sums[at].copy_abs(), at), reverse=True)[:MOST]
    return [Instant(first[at], at) for at in ranked]


def held_before(
    before: Mapping[str, Any], after: Mapping[str, Any], rows: Sequence[FlowRow], instant: Instant
) -> Held | None:
    """Return what counted just before an instant.

    None where a position was changed since the answer before: what it held then is not known.
    """
    lines = [*before["holdings"], *after["holdings"]]
    mine = [line for line in before["holdings"] if _counts(line) and line["units"] != "0"]
    apart = {line["asset"] for line in mine if _is_apart(line)}
    amounts, fixed = defaultdict[str, Decimal](Decimal), ZERO
    for line in mine:
        if _is_apart(line):
            fixed = EXACT.add(fixed, Decimal(line["value_usd"]))
        else:
            amounts[line["asset"]] += from_base_units(int(line["units"]), int(line["decimals"]))
    placed = {(line["wallet"], line["chain"]) for line in lines if _role(line) != "held"}
    counted = {line["asset"] for line in lines if _counts(line) and _role(line) == "held"}
    for row in (each for each in _since(before, rows) if each.counted_at < instant.counted_at):
        if row.asset in apart or (row.kind == "exchange" and (row.wallet, row.chain) in placed):
            return None
        if row.asset in counted:
            amounts[row.asset] += from_base_units(int(row.units), row.decimals or 0)
    return Held(amounts, _former(reversed(lines)), fixed)


def _since(before: Mapping[str, Any], rows: Iterable[FlowRow]) -> Iterable[FlowRow]:
    """Yield what moved after the answer before: flows of blocks that are not final are read again."""
    known = {(row["wallet"], row["chain"]): row["block"] or 0 for row in before.get("coverage", ())}
    for row in rows:
        is_move = row.kind != "phantom" and not row.tx.startswith(COUNTED)
        if is_move and row.block > known.get((row.wallet, row.chain), 0):
            yield row


def _counts(line: Mapping[str, Any]) -> bool:
    return bool(line.get("counted", True)) and line["value_usd"] is not None


def _role(line: Mapping[str, Any]) -> str:
    return str(line.get("role") or "held")


def _is_apart(line: Mapping[str, Any]) -> bool:
    """Tell whether a line counts by other than the market's price of what is there."""
    return line.get("why") in _IN_PART or line.get("source") == "override" or line.get("decimals") is None


def _former(lines: Iterable[Mapping[str, Any]]) -> dict[str, Decimal]:
    """Return prices by asset; of the answer before, where it has one."""
    return {line["asset"]: Decimal(line["price_usd"]) for line in lines
            if line["price_usd"] is not None and line.get("quality") in ("good", "held_back")}  # fmt: skip


def worth_before(held: Held, prices: Mapping[str, Decimal]) -> Decimal | None:
    """Return the value by an instant's prices, to 8 places.

    None where more than a thousandth of it has no price of that instant.
    """
    told, left = held.fixed, ZERO
    for asset, amount in held.amounts.items():
        price = _sensible(prices.get(asset), held.former.get(asset))
        if price is not None:
            told = _ROUNDING.add(told, _ROUNDING.multiply(amount, price))
        elif asset in held.former:
            usd = _ROUNDING.multiply(amount, held.former[asset])
            told, left = _ROUNDING.add(told, usd), _ROUNDING.add(left, usd.copy_abs())
        elif amount:
            return None
    left = _ROUNDING.add(left, held.fixed.copy_abs())
    if left > _ROUNDING.multiply(told.copy_abs(), SHARE):
        return None
    return told.quantize(_PLACES, context=_ROUNDING)


def revalued(  # noqa: PLR0917 - flows, and what is known of an instant
    before: Mapping[str, Any],
    rows: Sequence[FlowRow],
    instant: Instant,
    worth: Decimal,
    held: Held,
    prices: Mapping[str, Decimal],
) -> list[FlowRow]:
    """Return the flows, with the instant's prices and value where they are its."""
    found, mine = list[FlowRow](), {id(row) for row in _since(before, rows)}
    for row in rows:
        if row.counted_at != instant.counted_at or id(row) not in mine:
            found.append(row)
            continue
        price, usd = _sensible(prices.get(row.asset), held.former.get(row.asset)), row.usd
        if price is not None and usd is not None and row.amount is not None:
            usd = _ROUNDING.multiply(row.amount, price).quantize(_PLACES, context=_ROUNDING)
        found.append(row.model_copy(update={"usd": usd, "worth_before": worth}))
    return found


def _sensible(price: Decimal | None, former: Decimal | None) -> Decimal | None:
    if price is None or not price or former is None or not former:
        return price or None
    far = price > _ROUNDING.multiply(former, _FAR) or former > _ROUNDING.multiply(price, _FAR)
    return None if far else price
