"""Reads what wallets moved before their first reading: windows of blocks, the newest first."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from premium.chains.addresses import asset_key
from premium.chains.model import WatchedKey
from premium.chains.transfers.coin import MAX_BLOCKS_READ
from premium.chains.transfers.evidence import Sign
from premium.chains.transfers.movement import Movement, Transfer
from premium.chains.transfers.wallet import is_unused
from premium.errors import Unprocessable
from premium.portfolio.flow_model import Opening
from premium.portfolio.store.progress.backfills import Pair, Window

if TYPE_CHECKING:
    from premium.prices.market import Market

SECONDS = 30.0
"""For one window."""
SPANS = 50
"""Spans of logs in a window."""
MOST_WINDOWS = 2_000
"""Of a wallet and chain; what lies before is not read."""


def size(market: Market, chain: str) -> int:
    """Return how many blocks a window has.

    Where a node keeps no old states it refuses so many.
    """
    entry = market.chains[chain]
    return max(SPANS * (entry.discovery.span if entry.discovery else 2_000), MAX_BLOCKS_READ + 1)


async def window(
    market: Market, pair: Pair, key: WatchedKey | None, opening: Opening, before: Sequence[Window]
) -> Window:
    """Read the next window of a wallet and chain; errors as those of `movements`.

    `before`: those that were read. Where too much would have to be read it is the last one, with the reason.
    """
    wallet, chain = pair
    high = before[-1].low - 1 if before else opening.block
    is_whole = market.chains[chain].kind != "evm"
    low = 0 if is_whole else max(0, high - size(market, chain) + 1)
    told = None if before else {"block": opening.block, "units": {asset: str(n) for asset, n in opening.units.items()}}
    try:
        async with asyncio.timeout(SECONDS):
            found = list(await market.reader(chain).movements(wallet, key, low, high))
            is_last = low == 0 or len(before) + 1 >= MOST_WINDOWS
            if not is_last:
                rest = _rest(pair, opening, [*(each for one in before for each in movements(one)), *found])
                is_last = not rest and await is_unused(market.rpc(chain), wallet, low - 1)
    except Unprocessable as error:
        return Window(wallet, chain, low, high, [], told, is_last=True, reason=error.message[:500])
    reason = "too many blocks" if is_last and low > 0 and len(before) + 1 >= MOST_WINDOWS else None
    return Window(wallet, chain, low, high, [_told(each) for each in found], told, is_last=is_last, reason=reason)


def _rest(pair: Pair, opening: Opening, read: Sequence[Movement]) -> bool:
    """Tell whether something was held before the movements."""
    held = Counter(opening.units)
    for each in read:
        for asset, units in each.units.items():
            held[asset_key(pair[1]) if asset is None else f"{pair[1]}:{asset}"] -= units
        held[asset_key(pair[1])] += each.gas
    return any(units for asset, units in held.items() if asset.count(":") == 1)


def movements(window: Window) -> list[Movement]:
    """Return a window's movements."""
    return [_read(each) for each in window.movements]


def _told(each: Movement) -> dict[str, Any]:
    return {
        "hash": each.hash, "block": each.block, "time": each.time, "gas": str(each.gas), "name": each.name,
        "sender": each.sender, "units": [[asset, str(units)] for asset, units in each.units.items()],
        "transfers": [[*transfer[:4], str(transfer.units), transfer.by] for transfer in each.transfers],
        "signs": [[*sign[:4], None if sign.units is None else str(sign.units)] for sign in each.signs],
    }  # fmt: skip


def _read(told: Mapping[str, Any]) -> Movement:
    made = Movement(told["hash"], told["block"], told["time"], gas=int(told["gas"]), name=told["name"],
                    sender=told["sender"])  # fmt: skip
    made.units = {asset: int(units) for asset, units in told["units"]}
    made.transfers = [Transfer(place, asset, source, target, int(units), by)
                      for place, asset, source, target, units, by in told["transfers"]]  # fmt: skip
    made.signs = tuple(Sign(kind, mine, other, asset, None if units is None else int(units))
                       for kind, mine, other, asset, units in told["signs"])  # fmt: skip
    return made
