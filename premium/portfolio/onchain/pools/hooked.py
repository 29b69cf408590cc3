"""Reads positions of Uniswap V4, where the pool's hook cannot change what leaving pays.

The pools stand in one contract's storage, which `extsload` reads. Sources: StateLibrary, Position and Hooks of
@uniswap/v4-core; PositionManager and PositionInfoLibrary of @uniswap/v4-periphery. Its NFTs cannot be enumerated: those
are read that the logs ever named.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from premium.amm.concentrated import FeeGrowth, Pair, Range, collectable
from premium.chains.addresses import NATIVE, keccak256
from premium.portfolio.onchain.port import Owner, Place
from premium.portfolio.positions.found import Finding, Found, legs

_NO_GROWTH = FeeGrowth((0, 0), (0, 0), (0, 0))
MOST = 200
"""Positions a wallet that are read; the rest is told of."""
_KEY = "(address,address,uint24,int24,address)"
_POOLS, _TICKS, _POSITIONS = 6, 4, 6
"""Where the manager keeps its pools, and a pool its ticks and positions."""
_CHANGES_LEAVING = 1
"""AFTER_REMOVE_LIQUIDITY_RETURNS_DELTA_FLAG, a bit of the hook's address."""
_OPAQUE = Finding(code="opaque", text="its pool's hook may change what leaving pays: it is not valued")


@dataclass(frozen=True, kw_only=True)
class HookedReads:
    """A position and the state of its pool."""

    owner: str
    number: int
    tokens: tuple[str, str]
    fee: int
    hook: str
    within: Range
    liquidity: int = 0
    inside_last: Pair = (0, 0)
    sqrt_price: int = 0
    tick: int = 0
    growth: FeeGrowth = _NO_GROWTH
    left_out: int = 0
    """How many more there are than are read; the other fields are empty then."""


class HookedRanges:
    """The positions of one manager of NFTs."""

    def __init__(self, place: Place) -> None:
        self._place, self._ask = place, place.contracts
        self._manager = place.entry.manager or NATIVE

    async def find(self, owner: Owner) -> list[HookedReads]:
        """Read the owner's positions among the NFTs that logs named."""
        named = owner.nfts.get(self._manager, ())
        if not named:
            return []
        pools = await self._ask.ask(self._manager, "poolManager()", "address")
        holders = await self._ask.each("ownerOf(uint256)", "address", [(self._manager, number) for number in named])
        mine = [number for number, holder in zip(named, holders, strict=True) if holder == owner.address]
        if pools in (None, NATIVE) or not mine:
            return []
        found = await asyncio.gather(*(self._read(owner.address, pools, number) for number in mine[:MOST]))
        rest = len(mine) - MOST
        more = HookedReads(owner=owner.address, number=0, tokens=(NATIVE, NATIVE), fee=0, hook=NATIVE,
                           within=Range(0, 1), left_out=rest)  # fmt: skip
        return [each for each in found if each is not None] + ([more] if rest > 0 else [])

    def value(self, reads: HookedReads) -> Found:
        """Return what burning pays, and as claimable the fees that it pays beside."""
        if reads.left_out:
            told = Finding(code="too_many", text=f"{reads.left_out} more positions are not read")
            return self._place.found(reads.owner, "rest", findings=(told,))
        name, receipts = str(reads.number), (f"{self._place.key(self._manager)}#{reads.number}",)
        lower, upper = reads.within.lower, reads.within.upper
        facts = {"fee_ppm": reads.fee, "tick_lower": lower, "tick_upper": upper, "tick": reads.tick,
                 "liquidity": reads.liquidity, "hook": reads.hook}  # fmt: skip
        said = {fact: str(value) for fact, value in facts.items()}
        if int(reads.hook, 16) & _CHANGES_LEAVING:
            return self._place.found(reads.owner, name, receipts=receipts, facts=said, findings=(_OPAQUE,),
                                     is_counted=False)  # fmt: skip
        keys = [self._place.key(token) for token in reads.tokens]
        inside = reads.growth.inside(reads.within, reads.tick)
        fees = collectable(reads.liquidity, inside, reads.inside_last, (0, 0))
        burned = reads.within.amounts(reads.sqrt_price, reads.liquidity)
        outside = not lower <= reads.tick < upper
        told = Finding(code="out_of_range", text="the price is outside the range: it earns no fees")
        return self._place.found(
            reads.owner, name, receipts=receipts, facts=said, findings=(told,) if outside else (),
            assets=legs(zip(keys, burned, strict=True)) + legs(zip(keys, fees, strict=True), "claimable"),
        )  # fmt: skip

    async def _read(self, owner: str, pools: str, number: int) -> HookedReads | None:
        said = await self._ask.ask(self._manager, "getPoolAndPositionInfo(uint256)", f"{_KEY},uint256", number)
        if said is None:
            return None
        (token0, token1, fee, spacing, hook), info = said
        within = Range(_signed(info >> 8, 24), _signed(info >> 32, 24))
        pool = _hash(_word(token0) + _word(token1) + _word(fee) + _word(spacing) + _word(hook))
        state = int.from_bytes(_hash(pool + _word(_POOLS)), "big")
        below, above = (_mapped(_word(tick), state + _TICKS) for tick in (within.lower, within.upper))
        ends = b"".join(tick.to_bytes(3, "big", signed=True) for tick in (within.lower, within.upper))
        mine = _hash(bytes.fromhex(self._manager[2:]) + ends + _word(number))
        place = _mapped(mine, state + _POSITIONS)
        slots = [state, state + 1, state + 2, below + 1, below + 2, above + 1, above + 2, place, place + 1, place + 2]
        words = await self._ask.ask(pools, "extsload(bytes32[])", "bytes32[]", [_word(slot) for slot in slots])
        if words is None or len(words) != len(slots):
            return None
        price, *growth, liquidity, last0, last1 = (int.from_bytes(word, "big") for word in words)
        if not liquidity % 2**128:
            return None
        return HookedReads(
            owner=owner, number=number, tokens=(token0, token1), fee=fee, hook=hook, within=within,
            liquidity=liquidity % 2**128, inside_last=(last0, last1), sqrt_price=price % 2**160,
            tick=_signed(price >> 160, 24),
            growth=FeeGrowth((growth[0], growth[1]), (growth[2], growth[3]), (growth[4], growth[5])),
        )  # fmt: skip


def _word(value: int | str) -> bytes:
    number = int(value, 16) if isinstance(value, str) else value
    return (number % 2**256).to_bytes(32, "big")


def _hash(words: bytes) -> bytes:
    return keccak256(words)


def _mapped(key: bytes, slot: int) -> int:
    """Return where a mapping keeps what a key stands for."""
    return int.from_bytes(_hash(key + _word(slot)), "big")


def _signed(value: int, bits: int) -> int:
    size = 1 << bits
    low = value % size
    return low - size if low >> (bits - 1) else low
