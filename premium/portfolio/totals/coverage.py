"""Say of each wallet and chain how it was read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from premium.case_fields import Instant
from premium.cases import CaseError
from premium.portfolio.totals.asked import Aggregate, Balance, CoverageBefore, Position, Reading, Wallet

Pair = tuple[str, str]
"""A wallet and a chain."""


class Covered(NamedTuple):
    """How a wallet was read on a chain; `has_part` where something of it is known."""

    wallet: str
    chain: str | None
    status: str
    at: Instant | None = None
    block: int | None = None
    reason: str | None = None
    has_part: bool = True


@dataclass(frozen=True)
class ChainRead:
    """What a chain said at its newest block."""

    chain: str
    at: Instant
    block: int
    balances: Mapping[tuple[str, str], Balance]
    positions: Sequence[Position]
    unreadable: frozenset[str]
    superseded: int
    """Readings of older blocks that were passed over."""


def reads(case: Aggregate) -> tuple[dict[str, ChainRead], dict[str, str]]:
    """Return the readings by chain, and the errors of chains without one.

    CaseError where two readings of one block contradict each other, or one tells of a wallet that is not watched.
    """
    good: defaultdict[str, list[tuple[int, Reading]]] = defaultdict(list)
    errors: dict[str, str] = {}
    wallets = {wallet.id for wallet in case.wallets}
    for number, reading in enumerate(case.readings):
        if reading.error is not None:
            errors[reading.chain] = min(reading.error, errors.get(reading.chain, reading.error))
            continue
        owners = [("balances", [row.wallet for row in reading.balances])]
        owners += [("positions", [row.wallet for row in reading.positions])]
        for name, named in owners:
            for place, wallet in enumerate(named):
                if wallet not in wallets:
                    raise CaseError("unknown_wallet", f"readings.{number}.{name}.{place}.wallet: is none of wallets")
        good[reading.chain].append((number, reading))
    return {chain: _newest(chain, rows) for chain, rows in sorted(good.items())}, errors


def _newest(chain: str, rows: Sequence[tuple[int, Reading]]) -> ChainRead:
    """Put the parts of the newest block together."""
    newest = max(((reading.block.number, reading.at.at) for _, reading in rows if reading.block and reading.at))
    mine = [(number, reading) for number, reading in rows if reading.block and reading.block.number == newest[0]]
    hashes = {reading.block.hash for _, reading in mine if reading.block}
    if len(hashes - {None}) > 1:
        raise CaseError("conflict", f"readings: two blocks {newest[0]} of {chain[:80]} differ in their hash")
    balances: dict[tuple[str, str], Balance] = {}
    positions: dict[Position, None] = {}
    for number, reading in mine:
        for place, row in enumerate(reading.balances):
            if balances.setdefault((row.wallet, row.asset), row) != row:
                raise CaseError("conflict", f"readings.{number}.balances.{place}: differs from another of this block")
        positions |= dict.fromkeys(reading.positions)
    at = min((reading.at for _, reading in mine if reading.at), key=lambda each: each.at)
    unreadable = frozenset(asset for _, reading in mine for asset in reading.unreadable)
    return ChainRead(chain, at, newest[0], balances, tuple(positions), unreadable, len(rows) - len(mine))


def coverage(case: Aggregate, read: Mapping[str, ChainRead], errors: Mapping[str, str]) -> list[Covered]:
    """Return how each wallet was read on each of its chains, in order."""
    known = _Known(case, read, errors, _before(case))
    found = list[Covered]()
    for wallet in _wallets(case):
        names = _chains(case, wallet, read)
        found += [known.of(wallet, chain) for chain in names]
        if not names:
            reason = f"no active chain of kind {wallet.kind}"
            found.append(Covered(wallet.id, None, "unsupported", reason=reason, has_part=False))
    return sorted(found, key=lambda each: (each.wallet, each.chain or ""))


def _wallets(case: Aggregate) -> Iterable[Wallet]:
    found: dict[str, Wallet] = {}
    for number, wallet in enumerate(case.wallets):
        if found.setdefault(wallet.id, wallet) != wallet:
            raise CaseError("conflict", f"wallets.{number}: another wallet has this id")
    known = dict[str, object]()
    for number, chain in enumerate(case.chains):
        if known.setdefault(chain.name, chain) != chain:
            raise CaseError("conflict", f"chains.{number}: another chain has this name")
    return found.values()


def _chains(case: Aggregate, wallet: Wallet, read: Mapping[str, ChainRead]) -> list[str]:
    """Return the chains a wallet is watched or was read on."""
    own = set(wallet.chains or ())
    if not own:
        own = {chain.name for chain in case.chains if chain.active and chain.kind in (None, wallet.kind)}
    return sorted(own | {name for name, part in read.items() if _has(part, wallet.id)})


def _has(part: ChainRead, wallet: str) -> bool:
    return any(owner == wallet for owner, _ in part.balances) or any(p.wallet == wallet for p in part.positions)


def _before(case: Aggregate) -> dict[Pair, CoverageBefore]:
    """Return how the answer before had read what it has a part of."""
    if case.previous is None:
        return {}
    found: dict[Pair, CoverageBefore] = {}
    for row in case.previous.holdings:
        known = found.get((row.wallet, row.chain))
        if known is None or (row.as_of and known.at and row.as_of.at > known.at.at):
            found[row.wallet, row.chain] = CoverageBefore(wallet=row.wallet, chain=row.chain, at=row.as_of)
    for each in case.previous.coverage:
        if each.chain is not None and each.at is not None:
            found[each.wallet, each.chain] = each
    return found


@dataclass(frozen=True)
class _Known:
    """What is known of all chains."""

    case: Aggregate
    read: Mapping[str, ChainRead]
    errors: Mapping[str, str]
    before: Mapping[Pair, CoverageBefore]

    def of(self, wallet: Wallet, chain: str) -> Covered:
        unsupported = self._unsupported(wallet, chain)
        part = self.read.get(chain)
        if part is not None:
            if wallet.added is not None and wallet.added.at > part.at.at and not _has(part, wallet.id):
                return Covered(wallet.id, chain, "pending", reason="added after the reading", has_part=False)
            bad = f"unreadable: {', '.join(sorted(part.unreadable))}" if part.unreadable else None
            status = "unsupported" if unsupported else "fresh"
            return Covered(wallet.id, chain, status, part.at, part.block, unsupported or bad)
        reason = unsupported or self.errors.get(chain) or "not read"
        kept = self.before.get((wallet.id, chain))
        if kept is not None:
            status = "unsupported" if unsupported else "stale"
            return Covered(wallet.id, chain, status, kept.at, kept.block, reason)
        is_new = chain not in self.errors and _is_new(self.case, wallet)
        status = "unsupported" if unsupported else "pending" if is_new else "unread"
        return Covered(wallet.id, chain, status, reason=reason, has_part=False)

    def _unsupported(self, wallet: Wallet, chain: str) -> str | None:
        known = next((each for each in self.case.chains if each.name == chain), None)
        if known is None:
            return "unknown chain"
        if not known.active:
            return "the chain is not active"
        other = known.kind not in (None, wallet.kind)
        return f"a chain of kind {known.kind}, a wallet of kind {wallet.kind}" if other else None


def _is_new(case: Aggregate, wallet: Wallet) -> bool:
    """Tell whether the wallet came after the answer before."""
    last = case.previous.now if case.previous else None
    return bool(last and wallet.added and wallet.added.at > last.at)
