"""The safe-harbour allocation of Rev. Proc. 2024-28 § 5: which wallet gets which unused lot of the universal pool.

Stated in the input as
    {"method": "specific_unit", "lots": [{"lot", "wallet", "amount"}]}                        § 5.02(1)
    {"method": "global", "order": "fifo|lifo|hifo|lofo", "wallets": ["first", "second"]}      § 5.02(2)
Unstated: a lot stays in the wallet that bought it while that wallet still holds enough; what is left goes, oldest
first, to the wallets that hold more than their own lots, in the order of their names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from premium.money import ZERO, decimal_of
from premium.tax.ledger.lots import ORDER, Lot
from premium.tax.ledger.pieces import cut
from premium.tax.model import Notice

Placed = tuple[str, Lot]


def allocate(
    asset: str,
    lots: list[Lot],
    held: Mapping[str, Decimal],
    homes: Mapping[str, str],
    plan: Mapping[str, Any] | None,
    notices: list[Notice],
) -> list[Placed]:
    """Every unused lot, whole or in parts, with its wallet; amounts are conserved."""
    room = {wallet: amount for wallet, amount in sorted(held.items()) if amount > 0}
    placed: list[Placed] = []
    lots = [lot for lot in lots if lot.amount]
    if plan is not None and plan.get("method") == "specific_unit":
        _by_plan(asset, lots, room, plan, placed, notices)
    if plan is not None and plan.get("method") == "global":
        _global(lots, room, plan, placed)
    else:
        _at_home(lots, room, homes, placed)
    _to_the_rest(lots, room, placed)
    _left_over(asset, lots, homes, placed, notices)
    return placed


def _part(lot: Lot, amount: Decimal) -> Lot:
    if amount < lot.amount:
        piece = cut(lot, amount)
        return lot.part(amount, piece.basis, piece.low)
    whole = lot.part(lot.amount, lot.basis, lot.low)
    lot.amount = lot.basis = ZERO
    return whole


def _place(lot: Lot, wallet: str, amount: Decimal, room: dict[str, Decimal], placed: list[Placed]) -> None:
    if amount > 0:
        placed.append((wallet, _part(lot, amount)))
        room[wallet] = room.get(wallet, ZERO) - amount


def _by_plan(
    asset: str,
    lots: list[Lot],
    room: dict[str, Decimal],
    plan: Mapping[str, Any],
    placed: list[Placed],
    notices: list[Notice],
) -> None:
    by_id = {lot.id: lot for lot in lots}
    for item in plan.get("lots", ()):
        lot = by_id.get(str(item.get("lot")))
        if lot is None:
            continue
        wallet, wanted = str(item.get("wallet", "")), decimal_of(item.get("amount", "0"))
        amount = min(wanted, lot.amount, max(room.get(wallet, ZERO), ZERO))
        _place(lot, wallet, amount, room, placed)
        if amount < wanted:
            text = f"only {amount} of {wanted} {asset} of lot {lot.id} could be allocated to {wallet}"
            notices.append(Notice("allocation_exceeds_holding", lot.id, text))


def _global(lots: list[Lot], room: dict[str, Decimal], plan: Mapping[str, Any], placed: list[Placed]) -> None:
    entry = ORDER[plan.get("order", "fifo")]
    ranked = [ranked[2] for ranked in sorted(map(entry, lots), key=lambda item: item[:2])]
    first = [str(wallet) for wallet in plan.get("wallets", ())]
    wallets = first + [wallet for wallet in room if wallet not in first]
    for lot, wallet, amount in _fill(ranked, wallets, room):
        _place(lot, wallet, amount, room, placed)


def _at_home(lots: list[Lot], room: dict[str, Decimal], homes: Mapping[str, str], placed: list[Placed]) -> None:
    for lot in lots:
        wallet = homes.get(lot.id, "")
        _place(lot, wallet, min(lot.amount, room.get(wallet, ZERO)), room, placed)


def _to_the_rest(lots: list[Lot], room: dict[str, Decimal], placed: list[Placed]) -> None:
    for lot, wallet, amount in _fill(lots, list(room), room):
        _place(lot, wallet, amount, room, placed)


def _fill(lots: list[Lot], wallets: list[str], room: Mapping[str, Decimal]) -> Iterator[tuple[Lot, str, Decimal]]:
    for wallet in wallets:
        for lot in lots:
            amount = min(lot.amount, room.get(wallet, ZERO))
            if amount > 0:
                yield lot, wallet, amount


def _left_over(
    asset: str, lots: list[Lot], homes: Mapping[str, str], placed: list[Placed], notices: list[Notice]
) -> None:
    for lot in lots:
        if lot.amount:
            wallet = homes.get(lot.id, "")
            text = f"{lot.amount} {asset} of lot {lot.id} are in no wallet on 2025-01-01; they stay with {wallet or 'their wallet'}"
            notices.append(Notice("unallocated_basis", lot.id, text))
            placed.append((wallet, _part(lot, lot.amount)))
