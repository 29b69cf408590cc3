"""Reads position NFTs of Uniswap V3 and its forks.

They are worth what burning and collecting pay, to the unit.
Sources: NonfungiblePositionManager of @uniswap/v3-periphery, UniswapV3Pool of @uniswap/v3-core.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from premium.amm.concentrated import FeeGrowth, Pair, Range, collectable
from premium.chains.addresses import NATIVE, keccak256
from premium.portfolio.onchain.port import Owner, Place
from premium.portfolio.positions.found import Finding, Found, legs

MOST = 200
"""Positions a wallet that are read; the rest is told of."""
_POSITION = "uint96,address,address,address,uint24,int24,int24,uint128,uint256,uint256,uint128,uint128"
_POOLED = "uint128,uint256,uint256,uint128,uint128"
_TICK = "uint128,int128,uint256,uint256"
"""What forks agree on: the rest of a tick, and of `slot0`, differs."""


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """What the pool owes for a range.

    It knows one position for all NFTs of a manager with the same ends.
    """

    liquidity: int
    inside_last: Pair
    owed: Pair


@dataclass(frozen=True, kw_only=True)
class RangeReads:
    """A position and the state of its pool."""

    owner: str
    number: int
    tokens: tuple[str, str]
    fee: int
    within: Range
    liquidity: int
    inside_last: Pair
    owed: Pair
    sqrt_price: int
    tick: int
    growth: FeeGrowth
    pooled: Pooled | None = None
    left_out: int = 0
    """How many more there are than are read; the other fields are empty then."""


class Ranges:
    """The positions of one manager of NFTs."""

    def __init__(self, place: Place) -> None:
        self._place, self._ask = place, place.contracts
        self._manager = place.entry.manager or NATIVE

    async def find(self, owner: Owner) -> list[RangeReads]:
        """Read the owner's positions that hold or owe something."""
        count, factory = await self._ask.every(
            (self._manager, "balanceOf(address)", "uint256", owner.address), (self._manager, "factory()", "address")
        )
        if not count or factory is None:
            return []
        wanted = [(self._manager, owner.address, number) for number in range(min(count, MOST))]
        said = await self._ask.each("tokenOfOwnerByIndex(address,uint256)", "uint256", wanted)
        numbers = [number for number in said if number is not None]
        rows = await self._ask.each("positions(uint256)", _POSITION, [(self._manager, number) for number in numbers])
        live = [(n, row) for n, row in zip(numbers, rows, strict=True) if row and (row[7] or row[10] or row[11])]
        found = await asyncio.gather(*(self._read(owner.address, factory, n, row) for n, row in live))
        rest = [_rest(owner.address, count - MOST)] if count > MOST else []
        return [each for each in found if each is not None] + rest

    def value(self, reads: RangeReads) -> Found:
        """Return what burning pays, and as claimable what collecting pays beside it."""
        if reads.left_out:
            told = Finding(code="too_many", text=f"{reads.left_out} more positions are not read")
            return self._place.found(reads.owner, "rest", findings=(told,))
        keys = [self._place.key(token) for token in reads.tokens]
        inside = reads.growth.inside(reads.within, reads.tick)
        fees = collectable(reads.liquidity, inside, reads.inside_last, reads.owed)
        if reads.pooled is not None:
            # The pool rounds down at each touch of any of them, and pays no more than it owes for all.
            most = collectable(reads.pooled.liquidity, inside, reads.pooled.inside_last, reads.pooled.owed)
            fees = (min(fees[0], most[0]), min(fees[1], most[1]))
        burned = reads.within.amounts(reads.sqrt_price, reads.liquidity)
        assets = legs(zip(keys, burned, strict=True)) + legs(zip(keys, fees, strict=True), "claimable")
        lower, upper = reads.within.lower, reads.within.upper
        facts = {"fee_ppm": reads.fee, "tick_lower": lower, "tick_upper": upper, "tick": reads.tick,
                 "liquidity": reads.liquidity}  # fmt: skip
        outside = reads.liquidity > 0 and not lower <= reads.tick < upper
        told = Finding(code="out_of_range", text="the price is outside the range: it earns no fees")
        return self._place.found(
            reads.owner, str(reads.number), assets=assets, facts={name: str(value) for name, value in facts.items()},
            receipts=(f"{self._place.key(self._manager)}#{reads.number}",), findings=(told,) if outside else (),
        )  # fmt: skip

    async def _read(self, owner: str, factory: str, number: int, row: Any) -> RangeReads | None:
        _, _, token0, token1, fee, lower, upper, liquidity, *last = row
        pool = await self._ask.ask(factory, "getPool(address,address,uint24)", "address", token0, token1, fee)
        if pool in (None, NATIVE):
            return None
        slot, first, second, below, above, all_of_it = await self._ask.every(
            (pool, "slot0()", "uint160,int24"),
            (pool, "feeGrowthGlobal0X128()", "uint256"),
            (pool, "feeGrowthGlobal1X128()", "uint256"),
            (pool, "ticks(int24)", _TICK, lower),
            (pool, "ticks(int24)", _TICK, upper),
            (pool, "positions(bytes32)", _POOLED, self._range(lower, upper)),
        )
        if None in (slot, first, second, below, above):
            return None
        pooled = None
        if all_of_it is not None:
            held, last0, last1, owed0, owed1 = all_of_it
            pooled = Pooled(liquidity=held, inside_last=(last0, last1), owed=(owed0, owed1))
        growth = FeeGrowth((first, second), (below[2], below[3]), (above[2], above[3]))
        return RangeReads(owner=owner, number=number, tokens=(token0, token1), fee=fee, within=Range(lower, upper),
                          liquidity=liquidity, inside_last=(last[0], last[1]), owed=(last[2], last[3]),
                          sqrt_price=slot[0], tick=slot[1], growth=growth, pooled=pooled)  # fmt: skip

    def _range(self, lower: int, upper: int) -> bytes:
        """Return the pool's key of the manager's position between two ticks."""
        ends = b"".join(tick.to_bytes(3, "big", signed=True) for tick in (lower, upper))
        return keccak256(bytes.fromhex(self._manager[2:]) + ends)


def _rest(owner: str, count: int) -> RangeReads:
    nothing = (0, 0)
    return RangeReads(owner=owner, number=0, tokens=(NATIVE, NATIVE), fee=0, within=Range(0, 1), liquidity=0,
                      inside_last=nothing, owed=nothing, sqrt_price=0, tick=0,
                      growth=FeeGrowth(nothing, nothing, nothing), left_out=count)  # fmt: skip
