"""Says what changed from one snapshot to the next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from premium.money import EXACT, from_base_units
from premium.portfolio.model import Holding, Snapshot


class AssetChange(NamedTuple):
    """What a wallet has of an asset, before and now."""

    wallet: str
    chain: str
    asset: str
    symbol: str
    decimals: int | None
    before: int
    after: int
    price_usd: Decimal | None

    @property
    def amount(self) -> Decimal | None:
        """The change in whole units; None where the contract tells no scale."""
        return None if self.decimals is None else from_base_units(self.after - self.before, self.decimals)


class ChainChange(NamedTuple):
    """How a chain is read now, where that changed."""

    chain: str
    status: str
    reason: str | None


class Change(NamedTuple):
    """A snapshot, and what it changed."""

    snapshot_id: UUID
    at: datetime
    total_value: Decimal
    value_change: Decimal | None
    """None of the first."""
    assets: Sequence[AssetChange]
    chains: Sequence[ChainChange]


def changes(snapshots: Sequence[Snapshot], *, first: bool) -> list[Change]:
    """Return what each snapshot changed, oldest first.

    `first`: the oldest one has none before it; else it is only what the next is compared with.
    """
    found = [_change(None, snapshots[0])] if first and snapshots else []
    return found + [_change(before, after) for before, after in pairwise(snapshots)]


def _change(before: Snapshot | None, after: Snapshot) -> Change:
    value = None if before is None else EXACT.subtract(after.total_value, before.total_value)
    assets = sorted(_assets(() if before is None else before.holdings, after.holdings))
    return Change(after.job_id, after.timestamp, after.total_value, value, assets, list(_chains(before, after)))


def _assets(before: Iterable[Holding], after: Iterable[Holding]) -> Iterable[AssetChange]:
    old, new = ({each.key: each for each in holdings} for holdings in (before, after))
    for key in {*old, *new}:
        held = new.get(key) or old[key]
        was, now = (each.units if each is not None else {} for each in (old.get(key), new.get(key)))
        price = held.quote.price.usd if held.quote.price is not None else None
        for wallet in {*was, *now}:
            if was.get(wallet, 0) != now.get(wallet, 0):
                yield AssetChange(wallet, held.chain, key, held.symbol, held.decimals, was.get(wallet, 0),
                                  now.get(wallet, 0), price)  # fmt: skip


def _chains(before: Snapshot | None, after: Snapshot) -> Iterable[ChainChange]:
    for name, state in sorted(after.chains.items()):
        former = before.chains.get(name) if before is not None else None
        if former is None or former.status != state.status:
            yield ChainChange(name, state.status.value, state.reason)
