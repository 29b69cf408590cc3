"""Write a wallet's movements on a chain as neutral rows.

Native coin, ERC-20 and NFTs alike are netted by transaction: what gave and received is an exchange, whose gas is its
fee; what only gave or received is half a transfer; other gas is a fee of its own, also where the transaction failed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from premium.chains.transfers.movement import Asset, Movement
from premium.money import from_base_units, plain

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class ChainNames:
    """How the assets of a chain are named and counted.

    Tokens are `chain:address`: a symbol can be anybody's. Those that the chain's entry lists go by their symbol
    there, as exchanges call them.
    """

    chain: str
    native: str
    native_decimals: int
    decimals: Mapping[str, int]
    wrapped: str | None = None
    """The contract that wraps the native coin, in small letters."""
    symbols: Mapping[str, str] = field(default_factory=dict)
    """Of the chain's listed tokens, by address in small letters."""

    def asset(self, asset: Asset) -> str:
        """Return the name of an asset in neutral rows."""
        return self.native if asset is None else self.symbols.get(asset, f"{self.chain}:{asset}")

    def amount(self, asset: Asset, units: int) -> Decimal:
        """Return base units as an amount.

        An NFT, and a token that does not say, count in whole units.
        """
        places = self.native_decimals if asset is None else self.decimals.get(asset, 0)
        return from_base_units(abs(units), places)


def rows_of(movements: list[Movement], wallet: str, names: ChainNames) -> Iterator[Row]:
    """Yield the movements as neutral rows, oldest first.

    Ids are made of chain, hash, wallet and asset, so that the same history twice is once.
    """
    for movement in sorted(movements, key=lambda each: (each.block, each.name)):
        yield from _rows(movement, wallet, names)


def _rows(movement: Movement, wallet: str, names: ChainNames) -> Iterator[Row]:
    # Two wallets of one user have a side each of a transaction between them.
    name = f"{names.chain}:{movement.name}:{wallet.lower()}"
    common: Row = {
        "timestamp": datetime.fromtimestamp(movement.time, UTC).isoformat(),
        "wallet": wallet,
        "chain": names.chain,
        **({"tx_hash": movement.hash} if movement.hash else {}),
    }
    moved = {asset: units for asset, units in movement.units.items() if units}
    gas = plain(names.amount(None, movement.gas)) if movement.gas else None
    if min(moved.values(), default=0) < 0 < max(moved.values(), default=0):
        yield from _exchange(name, moved, {**common, **_charged(gas, names)}, names)
        return
    for asset, units in sorted(moved.items(), key=_givers_first):
        side = "transfer_out" if units < 0 else "transfer_in"
        amount = plain(names.amount(asset, units))
        yield {
            "id": f"{name}:{asset or 'native'}",
            "type": side,
            "asset": names.asset(asset),
            "amount": amount,
        } | common
    if gas is not None:
        yield {"id": f"{name}:gas", "type": "fee", "asset": names.native, "amount": gas} | common


def _charged(gas: str | None, names: ChainNames) -> Row:
    return {} if gas is None else {"fee_asset": names.native, "fee_amount": gas}


def _exchange(name: str, moved: Mapping[Asset, int], common: Row, names: ChainNames) -> Iterator[Row]:
    """Legs of one group, the gas on the first; the native coin for its wrapped self is a `wrap`."""
    legs = sorted(moved.items(), key=_givers_first)
    (given, left), (received, came) = legs[0], legs[-1]
    if len(legs) == 2 and left == -came and {given, received} == {None, names.wrapped}:
        row = {"id": f"{name}:wrap", "type": "wrap", "asset": names.asset(given)}
        row["amount"] = plain(names.amount(given, left))
        yield row | common | {"to_asset": names.asset(received), "to_amount": plain(names.amount(received, came))}
        return
    for asset, units in legs:
        row = {"id": f"{name}:{asset or 'native'}", "type": "sell" if units < 0 else "buy"}
        yield row | common | {
            "asset": names.asset(asset), "amount": plain(names.amount(asset, units)), "group": name
        }  # fmt: skip
        common = {key: value for key, value in common.items() if key not in ("fee_asset", "fee_amount")}


def _givers_first(item: tuple[Asset, int]) -> tuple[bool, str]:
    return (item[1] > 0, item[0] or "")
