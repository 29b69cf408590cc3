"""Reads loans of Compound V2 and its forks, with interest to the block.

`balanceOfUnderlying` and `borrowBalanceCurrent` write interest where they are sent; here they are only asked, so that
what they say is of this block. Sources: CToken and Comptroller of Compound V2, VToken of Venus.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal

from premium.chains.addresses import NATIVE
from premium.money import plain
from premium.portfolio.onchain.lenders.loans import health, supplied, wad
from premium.portfolio.onchain.port import Amounts, Owner, Place, Share
from premium.portfolio.positions.found import Found, legs

_WAD = 10**18
_SHARES = Context(prec=60)


@dataclass(frozen=True, kw_only=True)
class Market:
    """A market, and what the owner has and owes in it."""

    token: str
    asset: str
    held: int
    owed: int
    cash: int
    price: int
    """In the base currency, with 36 digits less the asset's own."""
    factor: int
    """How much of it secures a debt, 18 digits; 0 for a market that the owner did not enter."""


@dataclass(frozen=True, kw_only=True)
class MarketReads:
    """An owner's account with all markets; `fee` is what redeeming costs, 18 digits."""

    owner: str
    comptroller: str
    markets: Sequence[Market]
    fee: int


class Markets:
    """Loans of one comptroller's markets."""

    def __init__(self, place: Place) -> None:
        self._place, self._ask = place, place.contracts
        self._comptroller = place.entry.comptroller or NATIVE
        self._known: asyncio.Task[list[str]] | None = None

    async def find(self, owner: Owner) -> list[MarketReads]:
        """Read what the owner supplied and borrowed."""
        tokens = await self._markets()
        entered = await self._ask.ask(self._comptroller, "getAssetsIn(address)", "address[]", owner.address) or []
        held = await self._ask.balances(owner.address, tokens, known=True)
        mine = [token for token in tokens if token in held or token in entered]
        if not mine:
            return []
        oracle, fee = await self._ask.every(
            (self._comptroller, "oracle()", "address"), (self._comptroller, "treasuryPercent()", "uint256")
        )
        rows = await asyncio.gather(*(self._read(owner.address, token, oracle, token in entered) for token in mine))
        markets = [row for row in rows if row is not None and (row.held or row.owed)]
        if not markets:
            return []
        return [MarketReads(owner=owner.address, comptroller=self._comptroller, markets=markets, fee=fee or 0)]

    def value(self, reads: MarketReads) -> Found:
        """Return both sides of the loan, and how far its collateral covers the debt."""
        key, markets, factor = self._place.key, reads.markets, _health(reads.markets)
        facts = {} if factor is None else {"health_factor": plain(factor)}
        return self._place.found(
            reads.owner, reads.comptroller, receipts=tuple(key(row.token) for row in markets),
            assets=supplied((key(row.asset), row.held - row.held * reads.fee // _WAD, row.cash) for row in markets),
            debts=legs((key(row.asset), row.owed) for row in markets), facts=facts, findings=health(factor),
        )  # fmt: skip

    async def opened(self, token: str, share: Share, units: int) -> Amounts | None:  # noqa: ARG002 - the comptroller names them
        """Return what a market's token redeems for."""
        if token not in await self._markets():
            return None
        rate, asset = await self._ask.every(
            (token, "exchangeRateCurrent()", "uint256"), (token, "underlying()", "address")
        )
        if rate is None:
            return None
        return [(self._place.key(asset or NATIVE), units * rate // _WAD)]

    async def _markets(self) -> list[str]:
        if self._known is None:
            self._known = asyncio.ensure_future(self._read_markets())
        return await self._known

    async def _read_markets(self) -> list[str]:
        return list(await self._ask.ask(self._comptroller, "getAllMarkets()", "address[]") or [])

    async def _read(self, owner: str, token: str, oracle: str | None, entered: bool) -> Market | None:
        asset, held, owed, cash, about, more, price = await self._ask.every(
            (token, "underlying()", "address"),
            (token, "balanceOfUnderlying(address)", "uint256", owner),
            (token, "borrowBalanceCurrent(address)", "uint256", owner),
            (token, "getCash()", "uint256"),
            (self._comptroller, "markets(address)", "bool,uint256", token),
            (self._comptroller, "markets(address)", "bool,uint256,bool,uint256", token),  # Venus: its threshold
            (oracle or NATIVE, "getUnderlyingPrice(address)", "uint256", token),
        )
        if held is None or owed is None or (asset is None and token != self._place.entry.native_market):
            return None
        return Market(token=token, asset=asset or NATIVE, held=held, owed=owed, cash=cash or 0, price=price or 0,
                      factor=_threshold(about, more) if entered else 0)  # fmt: skip


def _threshold(about: Sequence[int] | None, more: Sequence[int] | None) -> int:
    """Return what secures a debt: the threshold of liquidation where there is one, else the collateral factor."""
    return (more[3] if more is not None else about[1] if about is not None else 0) or 0


def _health(markets: Sequence[Market]) -> Decimal | None:
    """Return secured collateral over debt; None without a debt, or with one that has no price."""
    debt = sum(row.owed * row.price for row in markets)
    if not debt or any(row.owed and not row.price for row in markets):
        return None
    secured = sum(row.held * row.price * row.factor for row in markets)
    return _SHARES.divide(wad(secured), Decimal(debt)).quantize(Decimal(1).scaleb(-18), context=_SHARES)
