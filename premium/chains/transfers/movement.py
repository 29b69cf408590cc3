"""What a wallet moved in a transaction, each transfer by itself and netted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from premium.chains.transfers.evidence import Sign

Asset = str | None
"""None is the native coin; else a token's address, of an NFT `address:id`."""
COIN, RESIDUAL, INTERNAL = -2, -3, -1000
"""The place of a transaction's own coin, of what only the balance tells, and above the first of its traces."""
UNKNOWN = ""
"""The other side of what only the balance tells."""


class Transfer(NamedTuple):
    """A movement between two addresses, in small letters.

    `place` is the index of its log; below zero for what is none.
    """

    place: int
    asset: Asset
    source: str
    target: str
    units: int
    by: Literal["log", "coin", "internal"]


@dataclass(slots=True)
class Movement:
    """A wallet's transaction: base units by asset, and gas in wei.

    `hash` is None for what a block did to the wallet outside of its transactions; then `name` says which.
    """

    hash: str | None
    block: int
    time: int
    """Unix seconds."""
    units: dict[Asset, int] = field(default_factory=dict)
    gas: int = 0
    name: str = ""
    sender: str | None = None
    transfers: list[Transfer] = field(default_factory=list)
    signs: tuple[Sign, ...] = ()
    """What the transaction's logs say that transfers do not."""

    def __post_init__(self) -> None:
        self.name = self.name or str(self.hash)

    def add(self, asset: Asset, units: int) -> None:
        """Add base units of an asset; negative ones left the wallet."""
        self.units[asset] = self.units.get(asset, 0) + units

    def take(self, transfer: Transfer, me: str) -> None:
        """Add a transfer to or from the wallet."""
        self.transfers.append(transfer)
        if transfer.source == me:
            self.add(transfer.asset, -transfer.units)
        if transfer.target == me:
            self.add(transfer.asset, transfer.units)

    def fail(self) -> None:
        """Forget what did not happen: a transaction that failed moved nothing but its gas."""
        self.units.clear()
        self.transfers.clear()

    def rest(self, units: int, me: str) -> None:
        """Add coin that came or went by nobody knows whom: only the balance tells."""
        ends = (UNKNOWN, me) if units > 0 else (me, UNKNOWN)
        self.take(Transfer(RESIDUAL, None, *ends, abs(units), "internal"), me)


def rests(movements: Iterable[Movement], changes: Mapping[int, int]) -> dict[int, int]:
    """Return by block what the balance changed beyond what its movements tell.

    Blocks without a rest are left out.
    """
    found = dict(changes)
    for movement in movements:
        if movement.block in found:
            found[movement.block] -= movement.units.get(None, 0) - movement.gas
    return {block: units for block, units in sorted(found.items()) if units}


def explain_balances(
    movements: list[Movement], changes: Mapping[int, int], times: Mapping[int, int], me: str
) -> list[str]:
    """Book what contracts sent or took inside a transaction, by the native balance's changes.

    Where a block holds one transaction of the wallet it is that one's; else it is an event of the block, and told of.
    """
    by_block: dict[int, list[Movement]] = {}
    for movement in movements:
        by_block.setdefault(movement.block, []).append(movement)
    unclear = []
    for block, rest in rests(movements, changes).items():
        own = [movement for movement in by_block.get(block, []) if movement.hash is not None]
        if len(own) == 1:
            own[0].rest(rest, me)
        else:
            event = Movement(None, block, times[block], name=f"block:{block}")
            event.rest(rest, me)
            movements.append(event)
            among = f"one of {', '.join(str(each.hash) for each in own)}" if own else "somebody else's transaction"
            unclear.append(f"block {block}: {rest} wei came or went inside {among}")
    return unclear
