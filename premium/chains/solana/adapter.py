"""Reads coin, tokens and stakes of many wallets on Solana, at one finalised slot."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from premium.chains.addresses import asset_key
from premium.chains.answers import printable
from premium.chains.model import Balance, Category, ChainReading, Keys, Searched, Searches, WatchedKey
from premium.chains.reading.parts import Apart, Note, Part
from premium.chains.rpc import Rpc, View
from premium.chains.solana import layouts, stakes
from premium.chains.solana.history import movements_of
from premium.chains.solana.node import Account, Contradiction, State, never_used, state_of, symbols
from premium.chains.transfers.movement import Movement
from premium.clock import Clock
from premium.errors import UpstreamUnavailable
from premium.money import from_base_units, plain
from premium.neighbours import worth_repeating

_LOOKED_AT = 20
"""Wallets of one reading of which it is asked whether they were ever used."""
_COMPRESSED = Note("not_read", "compressed NFTs of Solana are not read: no account holds them")


class SolanaAdapter:
    """Reads one cluster through its `Rpc`; it lives as long as that."""

    def __init__(self, rpc: Rpc, clock: Clock, *, deadline: float) -> None:
        self._rpc, self._clock, self._deadline, self.chain = rpc, clock, deadline, rpc.chain

    async def read(
        self, wallets: Mapping[str, frozenset[str]], searched: Searches | None = None, keys: Keys | None = None
    ) -> ChainReading:
        """Read the balances of wallets; every token that they hold is known of itself.

        All or nothing (UpstreamUnavailable).
        """
        del searched, keys  # accounts name their owner: nothing has to be searched
        try:
            async with asyncio.timeout(self._deadline):
                return await self._read_somewhere(sorted(wallets))
        except TimeoutError:
            raise UpstreamUnavailable(f"{self.chain.name} was not read within {self._deadline:g} s") from None

    async def canonical(self, blocks: Sequence[tuple[int, str]]) -> list[bool]:
        """Say that slots are the chain's: only finalised ones are read."""
        return [True] * len(blocks)

    async def movements(self, wallet: str, key: WatchedKey | None, first: int, last: int) -> Sequence[Movement]:
        """Return what a wallet moved in the slots from `first` to `last`."""
        del key  # wallets here are addresses
        return await movements_of(await self._rpc.view(), wallet, first, last)

    async def _read_somewhere(self, wallets: list[str]) -> ChainReading:
        """Read all from one node; from the next where that one fails or contradicts itself."""
        failure = UpstreamUnavailable(f"{self.chain.name} has no node")
        for _ in range(max(1, self._rpc.nodes)):
            view = await self._rpc.view()
            try:
                return await self._read(view, wallets)
            except UpstreamUnavailable as error:
                if isinstance(error, Contradiction):
                    view.bench()
                self._rpc.ask_another(view.endpoint)
                failure = error if worth_repeating(error) or not worth_repeating(failure) else failure
        raise failure

    async def _read(self, view: View, wallets: list[str]) -> ChainReading:
        state = await state_of(view, wallets)
        at = datetime.fromtimestamp(state.clock.unix, UTC)
        bound = self.chain.max_head_age_seconds
        if bound is not None and (self._clock.now() - at).total_seconds() > bound:
            raise UpstreamUnavailable(f"the newest slot of {self.chain.name} is from {at:%Y-%m-%d %H:%M} UTC")
        held = _Held(self.chain.name, state)
        for wallet in wallets:
            held.add(wallet)
        named = await self._names(view, held)
        empty = [w for w in wallets if state.accounts.get(w) is None and state.owned[w] == type(state.owned[w])()]
        return ChainReading(
            chain=self.chain.name,
            block=state.slot,
            block_hash=f"slot:{state.slot}",
            block_time=at,
            read_at=self._clock.now(),
            balances=tuple(self._balances(held, named)),
            unreadable=tuple(sorted(held.unreadable)),
            searched={wallet: Searched(low=0, high=state.slot) for wallet in wallets},
            unused=await never_used(view, empty[:_LOOKED_AT]),
            apart=tuple(held.apart),
            notes=(*held.notes, _COMPRESSED),
            multipliers=held.multipliers,
        )

    async def _names(self, view: View, held: _Held) -> dict[str, tuple[str, Category]]:
        """Return symbol and category of the mints; without an answer they are called by their address."""
        listed = {token.address: token for token in self.chain.tokens if token.symbol is not None}
        silent = [mint for mint, about in held.mints.items() if mint not in listed and not about.symbol]
        try:
            told = await symbols(view, silent)
        except UpstreamUnavailable:
            told = {}
        found: dict[str, tuple[str, Category]] = {}
        for mint, about in held.mints.items():
            if mint in listed:
                found[mint] = (str(listed[mint].symbol), listed[mint].category)
            else:
                symbol = printable(about.symbol or told.get(mint, "")) or f"{mint[:4]}…{mint[-4:]}"
                found[mint] = (symbol, "token")
        return found

    def _balances(self, held: _Held, named: Mapping[str, tuple[str, Category]]) -> Iterable[Balance]:
        native = self.chain.native
        for wallet, units in held.coin.items():
            if units:
                yield Balance(wallet=wallet, key=asset_key(self.chain.name), symbol=native.symbol,
                              decimals=native.decimals, units=units, category="native")  # fmt: skip
        for (wallet, mint), units in held.tokens.items():
            if units:
                symbol, category = named[mint]
                yield Balance(wallet=wallet, key=asset_key(self.chain.name, mint), symbol=symbol,
                              decimals=held.mints[mint].decimals, units=units, category=category)  # fmt: skip


@dataclass
class _Held:
    """What wallets hold at a state, added up by wallet and mint."""

    chain: str
    state: State
    coin: dict[str, int] = field(default_factory=dict)
    tokens: dict[tuple[str, str], int] = field(default_factory=dict)
    mints: dict[str, layouts.Mint] = field(default_factory=dict)
    apart: list[Apart] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)
    multipliers: dict[str, Decimal] = field(default_factory=dict)

    def add(self, wallet: str) -> None:
        """Add what one wallet holds."""
        own, owned = self.state.accounts.get(wallet), self.state.owned[wallet]
        self.coin[wallet] = own.lamports if own is not None else 0
        for key in sorted(owned.tokens):
            account = self.state.accounts.get(key)
            if account is not None:
                self._token(wallet, layouts.token_account(account.data))
        for key in sorted(owned.stakes):
            account = self.state.accounts.get(key)
            if account is not None:
                self._stake(wallet, key, account)
        for mint, about in self.mints.items():
            if about.shown is not None and (units := self.tokens.get((wallet, mint))):
                self._note_shown(wallet, mint, about, units)

    def _token(self, wallet: str, token: layouts.TokenAccount) -> None:
        if token.is_native or token.mint == layouts.WRAPPED_COIN:
            self.coin[wallet] += token.amount
            return
        key, about = asset_key(self.chain, token.mint), self._mint(token.mint)
        if about is None:
            self.unreadable.add(key)
            return
        self.tokens[wallet, token.mint] = self.tokens.get((wallet, token.mint), 0) + token.amount
        if token.has_hidden:
            self.unreadable.add(key)
            self.notes.append(Note("not_read", "a confidential balance: its owner alone can read it", wallet, key))
        if token.is_frozen and token.amount:
            self.notes.append(Note("frozen", "the token's issuer has frozen this account", wallet, key))

    def _mint(self, mint: str) -> layouts.Mint | None:
        """Return a mint, and note how its amounts are shown; None where that cannot be told."""
        if mint in self.mints:
            return self.mints[mint]
        account = self.state.accounts.get(mint)
        try:
            if account is None or account.program not in (layouts.TOKEN_PROGRAM, layouts.TOKEN_2022_PROGRAM):
                return None
            about = layouts.mint(account.data)
            times = about.shown.multiplier(self.state.clock.unix) if about.shown is not None else 1.0
        except (ValueError, ArithmeticError):
            return None
        if not math.isfinite(times) or times <= 0:
            return None
        if about.shown is not None:
            self.multipliers[asset_key(self.chain, mint)] = Decimal(times)
        self.mints[mint] = about
        return about

    def _note_shown(self, wallet: str, mint: str, about: layouts.Mint, units: int) -> None:
        assert about.shown is not None  # noqa: S101 - its caller asks
        amount = from_base_units(layouts.shown_units(about.shown, units, about.decimals, self.state.clock.unix),
                                 about.decimals)  # fmt: skip
        text = f"the token shows {plain(amount)} for {plain(from_base_units(units, about.decimals))} that are held"
        self.notes.append(Note("multiplied", text, wallet, asset_key(self.chain, mint)))

    def _stake(self, wallet: str, key: str, account: Account) -> None:
        if account.program != layouts.STAKE_PROGRAM:
            raise Contradiction(f"{self.chain}: an account of another program stands among the stakes")
        try:
            each = stakes.stake(account.data)
        except ValueError as error:
            raise Contradiction(f"{self.chain}: {error}") from None
        if each is None:
            return
        if each.withdrawer != wallet:
            raise Contradiction(f"{self.chain}: another's stake stands among the wallet's")
        told = stakes.parts(each, account.lamports, self.state.clock, self.state.past)
        states = {name: getattr(told, name) for name in ("active", "activating", "deactivating", "idle", "reserve")}
        facts = {name: str(units) for name, units in states.items() if units} | {"account": key}
        facts |= {"validator": each.voter} if each.voter else {}
        facts |= {"lockedUntil": str(each.locked_until)} if self.state.clock.unix < each.locked_until else {}
        rest = account.lamports - told.withdrawable
        parts: tuple[Part, ...] = ((rest, "locked"), (told.withdrawable, "free"))
        self.apart.append(
            Apart(wallet=wallet, kind="stake", name=key, facts=facts,
                  parts=tuple(part for part in parts if part[0]))
        )  # fmt: skip
