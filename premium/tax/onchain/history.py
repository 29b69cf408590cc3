"""What a node tells of a wallet, as neutral rows: pure, so that it can be checked without a node.

Native coin and ERC-20 alike are netted by transaction: what gave and received is an exchange, what only gave or
received is half a transfer; gas is a fee of its own, also where the transaction failed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from premium.money import from_base_units, plain

Row = dict[str, Any]


@dataclass(slots=True)
class Movement:
    """One transaction of the wallet: base units by asset (None is the native coin), and gas in wei."""

    hash: str
    block: int
    time: int
    """Unix seconds."""
    units: dict[str | None, int] = field(default_factory=dict)
    gas: int = 0

    def add(self, asset: str | None, units: int) -> None:
        self.units[asset] = self.units.get(asset, 0) + units


@dataclass(frozen=True, kw_only=True)
class ChainNames:
    """How a chain's assets are named and counted. Tokens are `chain:address`: a symbol can be anybody's."""

    chain: str
    native: str
    native_decimals: int
    decimals: Mapping[str, int]

    def asset(self, address: str | None) -> str:
        return self.native if address is None else f"{self.chain}:{address}"

    def amount(self, address: str | None, units: int) -> Decimal:
        places = self.native_decimals if address is None else self.decimals.get(address, 0)
        return from_base_units(abs(units), places)


def explain_balances(movements: list[Movement], changes: Mapping[int, int]) -> list[str]:
    """Book what contracts sent or took inside a transaction, from the native balance's change by block.

    Where a block holds several transactions of the wallet it cannot be told whose it was; the answer names them.
    """
    by_block: dict[int, list[Movement]] = {}
    for movement in movements:
        by_block.setdefault(movement.block, []).append(movement)
    unclear = []
    for block, change in changes.items():
        here = by_block.get(block, [])
        rest = change - sum(movement.units.get(None, 0) - movement.gas for movement in here)
        if rest and len(here) == 1:
            here[0].add(None, rest)
        elif rest:
            names = ", ".join(movement.hash for movement in here)
            unclear.append(f"block {block}: {rest} wei came or went inside one of {names}")
    return unclear


def rows_of(movements: list[Movement], wallet: str, names: ChainNames) -> Iterator[Row]:
    """Neutral rows, oldest first; ids are made of chain, hash and asset, so that the same history twice is once."""
    for movement in sorted(movements, key=lambda each: (each.block, each.hash)):
        yield from _rows(movement, wallet, names)


def _rows(movement: Movement, wallet: str, names: ChainNames) -> Iterator[Row]:
    name = f"{names.chain}:{movement.hash}"
    common: Row = {
        "timestamp": datetime.fromtimestamp(movement.time, UTC).isoformat(),
        "wallet": wallet,
        "chain": names.chain,
        "tx_hash": movement.hash,
    }
    moved = {asset: units for asset, units in movement.units.items() if units}
    exchange = min(moved.values(), default=0) < 0 < max(moved.values(), default=0)
    for asset, units in sorted(moved.items(), key=lambda item: (item[1] > 0, item[0] or "")):
        side = ("sell" if units < 0 else "buy") if exchange else ("transfer_out" if units < 0 else "transfer_in")
        row = {"id": f"{name}:{asset or 'native'}", "type": side, "asset": names.asset(asset), **common}
        row["amount"] = plain(names.amount(asset, units))
        yield {**row, "group": name} if exchange else row
    if movement.gas:
        amount = plain(names.amount(None, movement.gas))
        yield {"id": f"{name}:gas", "type": "fee", "asset": names.native, "amount": amount, **common}
