"""Reads loans of Compound III: one base asset, lent or borrowed, and collateral.

Source: Comet and CometExt of Compound III.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal

from premium.chains.addresses import NATIVE
from premium.money import plain
from premium.portfolio.onchain.lenders.loans import health, supplied, wad
from premium.portfolio.onchain.port import Owner, Place
from premium.portfolio.positions.found import Found, legs

_INFO = "(uint8,address,address,uint64,uint64,uint64,uint64,uint128)"
"""Offset, asset, feed, scale, factors of borrowing, liquidating and its penalty, cap."""
_FACTORS = Context(prec=80)
_MOST = 24
"""A market has at most as many kinds of collateral."""


@dataclass(frozen=True, kw_only=True)
class Collateral:
    """An amount of collateral; `price` carries the feed's 8 digits, `factor` 18."""

    asset: str
    units: int
    price: int
    scale: int
    factor: int


@dataclass(frozen=True, kw_only=True)
class CometReads:
    """An owner's account with a market."""

    owner: str
    comet: str
    base: str
    lent: int
    owed: int
    cash: int
    base_price: int
    base_scale: int
    collateral: Sequence[Collateral]


class Comets:
    """Loans of a protocol's markets."""

    def __init__(self, place: Place) -> None:
        self._place, self._ask = place, place.contracts

    async def find(self, owner: Owner) -> list[CometReads]:
        """Read the owner's account with each market."""
        found = await asyncio.gather(*(self._read(owner.address, comet) for comet in self._place.entry.contracts))
        return [each for each in found if each is not None]

    def value(self, reads: CometReads) -> Found:
        """Return both sides of the loan, and its health."""
        key, factor = self._place.key, _health(reads)
        collateral = legs((key(row.asset), row.units) for row in reads.collateral)
        return self._place.found(
            reads.owner, reads.comet, receipts=(key(reads.comet),),
            assets=supplied([(key(reads.base), reads.lent, reads.cash)]) + collateral,
            debts=legs([(key(reads.base), reads.owed)]), findings=health(factor),
            facts={} if factor is None else {"health_factor": plain(factor)},
        )  # fmt: skip

    async def _read(self, owner: str, comet: str) -> CometReads | None:
        base, lent, owed, count, feed, scale = await self._ask.every(
            (comet, "baseToken()", "address"),
            (comet, "balanceOf(address)", "uint256", owner),
            (comet, "borrowBalanceOf(address)", "uint256", owner),
            (comet, "numAssets()", "uint8"),
            (comet, "baseTokenPriceFeed()", "address"),
            (comet, "baseScale()", "uint256"),
        )
        if None in (base, lent, owed, count):
            return None
        collateral = await self._collateral(owner, comet, min(count, _MOST))
        if not (lent or owed or collateral):
            return None
        cash, price = await self._ask.every(
            (base, "balanceOf(address)", "uint256", comet), (comet, "getPrice(address)", "uint256", feed or NATIVE)
        )
        return CometReads(owner=owner, comet=comet, base=base, lent=lent, owed=owed, cash=cash or 0,
                          base_price=price or 0, base_scale=scale or 1, collateral=collateral)  # fmt: skip

    async def _collateral(self, owner: str, comet: str, count: int) -> list[Collateral]:
        infos = await self._ask.each("getAssetInfo(uint8)", _INFO, [(comet, number) for number in range(count)])
        infos = [info for info in infos if info is not None]
        held = await self._ask.each(
            "userCollateral(address,address)", "uint128,uint128", [(comet, owner, info[1]) for info in infos]
        )
        mine = [(info, row[0]) for info, row in zip(infos, held, strict=True) if row and row[0]]
        prices = await self._ask.each("getPrice(address)", "uint256", [(comet, info[2]) for info, _ in mine])
        return [
            Collateral(asset=info[1], units=units, price=price or 0, scale=info[3], factor=info[5])
            for (info, units), price in zip(mine, prices, strict=True)
        ]


def _health(reads: CometReads) -> Decimal | None:
    """Return collateral by its liquidation factors over the debt; None without a debt or its price."""
    debt = reads.owed * reads.base_price // reads.base_scale
    if not debt:
        return None
    secured = sum(row.units * row.price // row.scale * row.factor for row in reads.collateral)
    return _FACTORS.divide(wad(secured), Decimal(debt)).quantize(Decimal(1).scaleb(-18), context=_FACTORS)
