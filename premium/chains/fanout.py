"""Many chains at once: one that fails or hangs costs its own time-out and nothing of the others."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from premium.chains.model import ChainAdapter, ChainReading
from premium.errors import AppError

CHAINS_A_BATCH = 10
BATCHES_AT_ONCE = 10

Wanted = Mapping[str, Mapping[str, frozenset[str]]]
"""Chain → wallet → tokens known besides the registry's."""


async def read_all(adapters: Mapping[str, ChainAdapter], wanted: Wanted) -> dict[str, ChainReading | str]:
    """What each chain said, or the reason why it said nothing, in the words of its error."""
    slots = asyncio.Semaphore(CHAINS_A_BATCH * BATCHES_AT_ONCE)

    async def one(name: str) -> ChainReading | str:
        async with slots:
            return await _guarded(adapters[name], wanted[name])

    names = sorted(wanted)
    return dict(zip(names, await asyncio.gather(*(one(name) for name in names)), strict=True))


async def _guarded(adapter: ChainAdapter, wallets: Mapping[str, frozenset[str]]) -> ChainReading | str:
    try:
        return await adapter.read(wallets)
    except AppError as error:
        return error.message
