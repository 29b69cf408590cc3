"""Put together what was found of positions and what the totals say of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from premium.money import EXACT, ZERO, from_base_units, plain
from premium.portfolio.model import total
from premium.portfolio.positions.found import Finding, Found, Leg, Stated
from premium.portfolio.valuation.fair import Unit, distance, valued

_APART = Decimal("0.02")
Lines = Sequence[Mapping[str, Any]]


def asked(found: Iterable[Found], unit: Unit = lambda _: None) -> list[dict[str, Any]]:
    """Return positions as a reading of `premium portfolio aggregate` states them.

    What no protocol explains, and what holds and owes nothing, is no part of a total. `unit` tells good prices, by
    which pairs off the market are valued.
    """
    return [
        {
            "wallet": each.wallet, "protocol": each.protocol, "kind": each.kind, "receipts": list(each.receipts),
            "assets": [_part(leg) for leg in each.assets], "debts": [_part(leg) for leg in each.debts],
            "locked_until": None if each.locked_until is None else each.locked_until.isoformat(),
        }
        for each in (valued(position, unit) for position in found) if each.is_counted and each.receipts
    ]  # fmt: skip


def _part(leg: Leg) -> dict[str, Any]:
    state = {} if leg.state == "free" else {"state": leg.state}
    return {"asset": leg.asset, "units": str(leg.units), **state}


def stated(found: Iterable[Found], kept: Iterable[Found], answer: Mapping[str, Any], at: datetime) -> list[Stated]:
    """Return positions with their lines: those found now, and those kept.

    Kept are those of chains that failed. `answer` is that of the totals: what it does not name counts nothing.
    """
    named = {row["id"]: row for row in answer["positions"]}
    lines: dict[str, list[Mapping[str, Any]]] = {}
    for row in answer["holdings"]:
        if row["role"] != "held" and row["position"] is not None:
            lines.setdefault(row["position"], []).append(row)
    prices = {row["asset"]: Decimal(row["price_usd"]) for row in answer["holdings"] if row["price_usd"] is not None}
    scales = {row["asset"]: row["decimals"] for row in answer["holdings"] if row["decimals"] is not None}
    rows = [(each, False) for each in found]
    rows += [(each, True) for each in kept if total_name(each) in named]
    return [
        _stated(
            each, lines.get(total_name(each), []), named.get(total_name(each)), _Market(prices, scales), at, stale=stale
        )
        for each, stale in rows
    ]


def told(positions: Iterable[Stated]) -> list[dict[str, str | None]]:
    """Return the findings of positions as the totals tell theirs."""
    return [
        {"code": finding.code, "wallet": each.found.wallet, "chain": each.found.chain, "asset": None,
         "position": total_name(each.found), "text": finding.text}
        for each in positions for finding in each.found.findings
    ]  # fmt: skip


def total_name(found: Found) -> str:
    """Return the name that the totals give a position."""
    return "/".join([found.wallet, found.chain, found.protocol, found.kind, *sorted(found.receipts)])


class _Market:
    """Prices and decimals that the totals know."""

    def __init__(self, prices: Mapping[str, Decimal], scales: Mapping[str, int]) -> None:
        self._prices, self._scales = prices, scales

    def unit(self, asset: str) -> Fraction | None:
        """Return the dollars of one base unit."""
        price, scale = self._prices.get(asset), self._scales.get(asset)
        return None if price is None or scale is None else Fraction(price) / 10**scale

    def worth(self, asset: str, units: int) -> Decimal | None:
        """Return the dollars of an amount."""
        price, scale = self._prices.get(asset), self._scales.get(asset)
        return None if price is None or scale is None else EXACT.multiply(from_base_units(units, scale), price)


def _stated(
    found: Found, lines: Lines, row: Mapping[str, Any] | None, market: _Market, at: datetime, *, stale: bool
) -> Stated:
    def counted(**told: str) -> Decimal:
        mine = [line for line in lines if line["counted"] and all(line.get(k) == v for k, v in told.items())]
        return total(Decimal(line["value_usd"]).copy_abs() for line in mine if line["value_usd"] is not None)

    findings = (*found.findings, *_pool(found, market), *_peg(found, market))
    value = ZERO if row is None else Decimal(row["value_usd"])
    is_locked = row is not None and row.get("locked")
    return Stated(
        found=found.model_copy(update={"findings": findings}), lines=tuple(lines), value_usd=value, as_of=at,
        debts_usd=counted(role="debt"), claimable_usd=counted(role="asset", state="claimable"), is_stale=stale,
        locked_usd=counted(role="asset") if is_locked else counted(role="asset", state="locked"),
    )  # fmt: skip


def _pool(found: Found, market: _Market) -> tuple[Finding, ...]:
    """Tell of a pair whose own price is more than 2 % from the market's: what burning pays now is for arbitrage."""
    off = distance(found, market.unit)
    if off is None:
        return ()
    text = f"the pool's price is {_percent(off)} from the market's: valued at what it holds once it is back there"
    return (Finding(code="off_market", text=text),)


def _peg(found: Found, market: _Market) -> tuple[Finding, ...]:
    """Tell of a staked token that trades more than 2 % from what it redeems for."""
    if found.kind != "staked" or len(found.receipts) != 1:
        return ()
    trades = market.worth(found.receipts[0], int(found.facts.get("units", "0")))
    parts = [market.worth(leg.asset, leg.units) for leg in found.assets]
    redeems = total(parts) if None not in parts else None
    if trades is None or not redeems:
        return ()
    off = Fraction(trades) / Fraction(redeems) - 1
    if abs(off) <= Fraction(_APART):
        return ()
    return (Finding(code="depeg", text=f"it trades {_percent(off)} from what it redeems for"),)


def _percent(off: Fraction) -> str:
    return f"{plain(Decimal(round(off * 10_000)).scaleb(-2))} %"
