"""Buy, transfer and sell as a newcomer, then as real holders.

Every question is a program of its own upon the same block: what one asks changes nothing for the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from premium.chains.addresses import keccak256
from premium.simulation import reader
from premium.simulation.model import NotSimulated, Read
from premium.simulation.reverts import Errors, revert_of
from premium.simulation.trade.bench import Bench, Program, Result, balance, word
from premium.simulation.trade.pools import tax_bps
from premium.simulation.trade.venues import Venue, approval, transfer

WAITS = ((1, 12), (300, 3_600), (7_200, 86_400))
"""Blocks and seconds after which a sale is tried again."""
MOST_HOLDERS = 20
_PARTS = (2, 4, 10, 100, 1_000)
_COIN = 10**18


def _account(name: str) -> str:
    return f"0x{keccak256(f'premium trade {name}'.encode())[-20:].hex()}"


BUYER, OTHER = _account("buyer"), _account("other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """One exchange or transfer: what was given, what the formula promises, what came."""

    given: int
    ideal: int
    received: int
    revert: str | None = None

    @property
    def tax(self) -> int:
        """What is missing, in basis points, rounded down."""
        return tax_bps(self.ideal, self.received)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holders:
    """Real holders of the block: how many sold, how many lost more than a newcomer."""

    tried: int = 0
    sold: int = 0
    taxed: int = 0
    trapped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What trading a token showed; None for what could not be tried."""

    block_number: int
    buy: Trade
    transfer: Trade | None = None
    sell: Trade | None = None
    max_sell: int | None = None
    sells_after: tuple[int, int] | None = None
    holders: Holders = Holders()
    siphoned: tuple[tuple[str, int, int], ...] = ()
    """Wallets that lost tokens without a call of theirs: who, before, after."""
    depth: int | None = None
    impact_bps: int | None = None
    """How far a sale of all that was bought moves the price, in basis points of the pool's coin."""

    @property
    def can_buy(self) -> bool:
        """Whether a newcomer can buy."""
        return self.buy.revert is None

    @property
    def can_sell(self) -> bool | None:
        """Whether the full balance can be sold in the next block."""
        return None if self.sell is None else self.sell.revert is None


class Market:
    """One token in one pool, upon one block."""

    def __init__(self, bench: Bench, venue: Venue, native: int, errors: Errors | None = None) -> None:
        self.bench, self.venue, self.native, self.errors = bench, venue, native, errors
        bench.overrides |= venue.overrides()

    async def measured(self, holders: Sequence[str] = (), giver: str | None = None) -> Measured:
        """Return what a purchase, a transfer and sales come to.

        `giver` is a holder who gives the newcomer tokens where he cannot buy.
        """
        await self.bench.open()
        known = list(dict.fromkeys(holders))[:MOST_HOLDERS]
        (bought,) = await self.bench.run([self._bought(known)])
        buy, had, depth = self._purchase(bought)
        siphoned = self._lost(bought, "buy", known)
        if buy.revert is not None or had == 0:
            sell = await self._given(giver, buy.ideal)
            return Measured(block_number=self.bench.block_number, buy=buy, sell=sell, depth=depth)
        sold, moved, later, met = await self.bench.run(
            [self._sale(had, known=known), self._moved(had), self._idle(), self._meet()]
        )
        sell = self._sale_of(sold, had)
        siphoned += self._lost(sold, "sell", known) + self._idled(later) + self._met(met)
        most, after = had, None
        if sell.revert is not None:
            after = await self._later(had)
            most = await self._most(had)
        return Measured(
            block_number=self.bench.block_number,
            buy=buy,
            transfer=self._transfer_of(moved, had),
            sell=sell,
            max_sell=most,
            sells_after=after,
            holders=await self._holders(known, sell),
            siphoned=siphoned,
            depth=depth,
            impact_bps=None if not depth else sell.ideal * 10_000 // depth,
        )

    def _begin(self) -> Program:
        return self.bench.program(**{BUYER: self.native + _COIN, OTHER: _COIN})

    def _looks(self, *parties: str) -> tuple[Read, ...]:
        """The pool's formula, then balances of the coin and of the token."""
        return (*self.venue.reads(), *(each for party in parties for each in (self._coin(party), self._tokens(party))))

    def _coin(self, party: str) -> Read:
        return reader.balance(party) if self.venue.in_coin else balance(self.venue.wrapped, party)

    def _tokens(self, party: str) -> Read:
        return balance(self.venue.token, party)

    def _bought(self, known: Sequence[str] = ()) -> Program:
        looks = self._looks(BUYER, *known)
        return self._begin().step("buy", looks, *self.venue.buy(BUYER, self.native), looks)

    def _purchase(self, found: Result) -> tuple[Trade, int, int | None]:
        before, after = found.reads("buy", 0), found.reads("buy", 1)
        at = len(self.venue.reads()) + 1
        ideal = self.venue.ideal(before, self.native, buying=True)
        if ideal is None:
            raise NotSimulated("the pool does not answer as one of its kind")
        had = word(after, at) - word(before, at)
        trade = Trade(given=self.native, ideal=ideal, received=had, revert=self._why(found, "buy"))
        return trade, had, self.venue.depth(before)

    def _why(self, found: Result, *names: str) -> str | None:
        for name in names:
            reason = revert_of(found.ran(name), self.errors)
            if reason is not None:
                return reason.text
        return None

    def _sale(
        self, amount: int, *, wait: tuple[int, int] = (0, 0), known: Sequence[str] = (), who: str = BUYER
    ) -> Program:
        program = self._bought() if who == BUYER else self.bench.program(**{who: _COIN})
        if self.venue.spender != self.venue.pool:
            program.step("approve", approval(self.venue.token, who, self.venue.spender))
        looks = self._looks(who, *known)
        return program.wait(*wait).step("sell", looks, *self.venue.sell(who, amount), looks)

    def _sale_of(self, found: Result, amount: int) -> Trade:
        before, after = found.reads("sell", 0), found.reads("sell", 1)
        at = len(self.venue.reads())
        ideal = self.venue.ideal(before, amount, buying=False) or 0
        fee = found.fee("sell") if self.venue.in_coin else 0
        names = ("sell",) if self.venue.spender == self.venue.pool else ("approve", "sell")
        why = self._why(found, *names)
        received = max(0, word(after, at) - word(before, at) + fee) if why is None else 0
        if why is None and not received and ideal:
            why = "nothing comes back"
        return Trade(given=amount, ideal=ideal, received=received, revert=why)

    def _moved(self, amount: int) -> Program:
        looks = self._looks(BUYER, OTHER)
        return self._bought().step("move", looks, transfer(self.venue.token, BUYER, OTHER, amount), looks)

    def _transfer_of(self, found: Result, amount: int) -> Trade:
        before, after = found.reads("move", 0), found.reads("move", 1)
        at = len(self.venue.reads()) + 3
        received = word(after, at) - word(before, at)
        why = self._why(found, "move")
        if why is None and not received:
            why = "nothing arrives"
        return Trade(given=amount, ideal=amount, received=received, revert=why)

    def _idle(self) -> Program:
        """Nobody does anything after the purchase: what the newcomer has is looked at again and again."""
        program = self._bought()
        for blocks, seconds in WAITS:
            program.wait(blocks, seconds).step("idle", self._looks(BUYER))
        return program

    def _idled(self, found: Result) -> tuple[tuple[str, int, int], ...]:
        """A balance that falls by itself, while the pool's own does not fall alike."""
        at = len(self.venue.reads()) + 1
        had = word(found.reads("buy", 1), at)
        left = word(found.reads("idle", len(WAITS) - 1), at)
        return ((BUYER, had, left),) if left < had else ()

    def _meet(self) -> Program:
        """Somebody else buys after the newcomer, who does nothing: what he has is looked at before and after."""
        looks = self._looks(BUYER)
        return self._bought().step("meet", looks, *self.venue.buy(OTHER, min(self.native, _COIN // 2)), looks)

    def _met(self, found: Result) -> tuple[tuple[str, int, int], ...]:
        at = len(self.venue.reads()) + 1
        had, left = word(found.reads("meet", 0), at), word(found.reads("meet", 1), at)
        return ((BUYER, had, left),) if left < had and self._why(found, "meet") is None else ()

    def _lost(self, found: Result, name: str, known: Sequence[str]) -> tuple[tuple[str, int, int], ...]:
        before, after = found.reads(name, 0), found.reads(name, 1)
        start = len(self.venue.reads()) + 3
        pairs = [(who, word(before, start + 2 * i), word(after, start + 2 * i)) for i, who in enumerate(known)]
        lost = [each for each in pairs if each[2] < each[1]]
        return () if len(lost) > 1 and len({each[2] * 10**6 // each[1] for each in lost}) == 1 else tuple(lost)

    async def _later(self, amount: int) -> tuple[int, int] | None:
        found = await self.bench.run([self._sale(amount, wait=wait) for wait in WAITS])
        for wait, each in zip(WAITS, found, strict=True):
            if self._sale_of(each, amount).revert is None:
                return wait
        return None

    async def _most(self, had: int) -> int:
        """The largest amount that sells in the next block, to the unit; 0 where none does."""
        tries = [had // part for part in _PARTS if had // part]
        found = await self.bench.run([self._sale(amount) for amount in tries])
        selling = [a for a, each in zip(tries, found, strict=True) if self._sale_of(each, a).revert is None]
        if not selling:
            return 0
        low = max(selling)
        high = min([amount for amount in (had, *tries) if amount > low], default=had)
        while high - low > 1:
            cuts = sorted({low + (high - low) * part // 8 for part in range(1, 8)} - {low, high})
            found = await self.bench.run([self._sale(amount) for amount in cuts])
            sells = [self._sale_of(each, a).revert is None for a, each in zip(cuts, found, strict=True)]
            for amount, good in zip(cuts, sells, strict=True):
                if not good:
                    high = amount
                    break
                low = amount
        return low

    async def _given(self, giver: str | None, amount: int) -> Trade | None:
        """A sale of tokens that a holder gave, where a purchase fails."""
        if giver is None or not amount:
            return None
        looks = self._looks(BUYER)
        program = self.bench.program(**{BUYER: _COIN, giver: _COIN})
        program.step("gift", transfer(self.venue.token, giver, BUYER, amount), looks)
        (gift,) = await self.bench.run([program])
        had = word(gift.reads("gift"), len(self.venue.reads()) + 1)
        if self._why(gift, "gift") is not None or not had:
            return None
        program = self.bench.program(**{BUYER: _COIN, giver: _COIN})
        program.step("gift", transfer(self.venue.token, giver, BUYER, amount))
        if self.venue.spender != self.venue.pool:
            program.step("approve", approval(self.venue.token, BUYER, self.venue.spender))
        program.step("sell", looks, *self.venue.sell(BUYER, had), looks)
        (sold,) = await self.bench.run([program])
        return self._sale_of(sold, had)

    async def _holders(self, known: Sequence[str], newcomer: Trade) -> Holders:
        if not known:
            return Holders()
        (read,) = await self.bench.run([self.bench.program().step("look", tuple(map(self._tokens, known)))])
        held = [(who, word(read.reads("look"), i)) for i, who in enumerate(known)]
        held = [each for each in held if each[1]]
        ends = await self.bench.run([self._sale(amount, who=who) for who, amount in held])
        sales = [self._sale_of(each, amount) for each, (_, amount) in zip(ends, held, strict=True)]
        failed = [pair for pair, sale in zip(held, sales, strict=True) if sale.revert is not None]
        small = await self.bench.run([self._sale(max(1, amount // 1_000), who=who) for who, amount in failed])
        late = await self.bench.run([self._sale(amount, wait=WAITS[-1], who=who) for who, amount in failed])
        shut = [
            who
            for (who, amount), less, wait in zip(failed, small, late, strict=True)
            if self._sale_of(less, max(1, amount // 1_000)).revert is not None
            and self._sale_of(wait, amount).revert is not None
        ]
        taxed = [each for each in sales if each.revert is None and each.tax >= newcomer.tax + 1_000]
        return Holders(tried=len(held), sold=len(held) - len(failed), taxed=len(taxed), trapped=tuple(shut))
