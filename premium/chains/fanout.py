"""Reads many chains at once: one that fails costs the others nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from types import MappingProxyType

from premium.chains.model import ChainAdapter, Keys, Outcome, Searches, Wanted
from premium.errors import AppError

CHAINS_A_BATCH = 10
BATCHES_AT_ONCE = 10


async def read_all(
    adapters: Mapping[str, ChainAdapter],
    wanted: Wanted,
    searched: Mapping[str, Searches] = MappingProxyType({}),
    keys: Keys = MappingProxyType({}),
    on_read: Callable[[str, Outcome], None] = lambda *_: None,
) -> dict[str, Outcome]:
    """Return what each chain said, or the words of its error.

    `searched`: by chain, how far each wallet's logs were searched before. `keys`: those of wallets that are one.
    `on_read` is told of each chain as it comes.
    """
    slots = asyncio.Semaphore(CHAINS_A_BATCH * BATCHES_AT_ONCE)

    async def one(name: str) -> Outcome:
        async with slots:
            outcome = await _guarded(adapters[name], wanted[name], searched.get(name, {}), keys)
            on_read(name, outcome)
            return outcome

    names = sorted(wanted)
    return dict(zip(names, await asyncio.gather(*(one(name) for name in names)), strict=True))


async def _guarded(
    adapter: ChainAdapter, wallets: Mapping[str, frozenset[str]], searched: Searches, keys: Keys
) -> Outcome:
    try:
        return await adapter.read(wallets, searched, {name: key for name, key in keys.items() if name in wallets})
    except AppError as error:
        return error.message
