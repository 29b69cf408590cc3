"""The safe-harbour allocation of Rev. Proc. 2024-28 § 5 of unused lots to wallets.

Stated in the input as
    {"method": "specific_unit", "lots": [{"lot", "wallet", "amount"}]}                        § 5.02(1)
    {"method": "global", "order": "fifo|lifo|hifo|lofo", "wallets": ["first", "second"]}      § 5.02(2)
Unstated: a lot stays in the wallet that bought it, or to which transfers brought it, while that wallet still holds
enough; what is left goes, oldest first, to the wallets that hold more than their own lots, in the order of their names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from premium.errors import InvalidInput
from premium.money import ZERO, decimal_of
from premium.tax.ledger.lots import ORDER, Lot
from premium.tax.ledger.pieces import cut
from premium.tax.model import Remark

Plan = Mapping[str, Any]
_METHODS = ("specific_unit", "global")


def checked_plan(plan: Any) -> Plan | None:
    """Return the stated allocation, or None; InvalidInput names what is wrong."""
    if plan is None:
        return None
    if not isinstance(plan, Mapping) or plan.get("method") not in _METHODS:
        raise _wrong("method", f"one of {', '.join(_METHODS)}")
    if plan.get("order", "fifo") not in ORDER:
        raise _wrong("order", f"one of {', '.join(ORDER)}")
    if not isinstance(plan.get("wallets", []), list) or not isinstance(plan.get("lots", []), list):
        raise _wrong("lots", "a list")
    for item in plan.get("lots", []):
        try:
            amount = decimal_of(item["amount"])
        except (KeyError, TypeError, ValueError):
            raise _wrong("lots", "each of {lot, wallet, amount}") from None
        if amount < 0:
            raise _wrong("lots", "amounts of at least zero")
    return plan


def unknown_lots(plan: Plan | None, known: Iterable[str]) -> list[Remark]:
    """Remark on lots that the plan allocates and of which nothing is left.

    Their units go where those without a plan do.
    """
    named = dict.fromkeys(str(item.get("lot")) for item in plan.get("lots", ())) if plan is not None else {}
    text = "the safe-harbour allocation names this lot, of which nothing is left on 2025-01-01"
    left = set(known)
    return [Remark("lot_not_available", name, text, None, "safe_harbor.lots") for name in named if name not in left]


def _wrong(field: str, reason: str) -> InvalidInput:
    return InvalidInput.about(f"safe_harbor.{field}", reason)


class Allocation:
    """One asset's unused lots, placed in wallets; amounts are conserved.

    `held` is what each wallet holds of the asset, `homes` the wallet that bought each lot, `places` where transfers
    brought its units.
    """

    def __init__(
        self,
        asset: str,
        lots: list[Lot],
        held: Mapping[str, Decimal],
        homes: Mapping[str, str],
        places: Mapping[str, Sequence[tuple[str, Decimal]]],
    ) -> None:
        self.asset = asset
        self.lots = [lot for lot in lots if lot.amount]
        self.room = {wallet: amount for wallet, amount in sorted(held.items()) if amount > 0}
        self.homes = homes
        self.places = places
        self.placed: list[tuple[str, Lot]] = []
        self.remarks: list[Remark] = []

    def by(self, plan: Plan | None) -> list[tuple[str, Lot]]:
        """Return every lot, whole or in parts, with its wallet."""
        method = plan["method"] if plan is not None else None
        if plan is not None and method == "specific_unit":
            self._by_unit(plan)
        if plan is not None and method == "global":
            self._global(plan)
        else:
            self._at_home()
        self._fill(self.lots, list(self.room))
        self._left_over()
        return self.placed

    def _place(self, lot: Lot, wallet: str, amount: Decimal) -> None:
        if amount > 0:
            self.placed.append((wallet, _part(lot, amount)))
            self.room[wallet] = self.room.get(wallet, ZERO) - amount

    def _by_unit(self, plan: Plan) -> None:
        by_id = {lot.id: lot for lot in self.lots}
        for item in plan.get("lots", ()):
            lot = by_id.get(str(item.get("lot")))
            if lot is None:
                continue
            wallet, wanted = str(item.get("wallet", "")), decimal_of(item["amount"])
            amount = min(wanted, lot.amount, max(self.room.get(wallet, ZERO), ZERO))
            self._place(lot, wallet, amount)
            if amount < wanted:
                text = f"only {amount} of {wanted} {self.asset} of lot {lot.id} could be allocated to {wallet}"
                self.remarks.append(Remark("allocation_exceeds_holding", lot.id, text))

    def _global(self, plan: Plan) -> None:
        entry = ORDER[plan.get("order", "fifo")]
        ranked = [item[2] for item in sorted(map(entry, self.lots), key=lambda item: item[:2])]
        first = [str(wallet) for wallet in plan.get("wallets", ())]
        self._fill(ranked, first + [wallet for wallet in self.room if wallet not in first])

    def _at_home(self) -> None:
        for lot in self.lots:
            for wallet, units in self.places.get(lot.id) or ((self.homes.get(lot.id, ""), lot.amount),):
                self._place(lot, wallet, min(units, lot.amount, self.room.get(wallet, ZERO)))

    def _fill(self, lots: list[Lot], wallets: list[str]) -> None:
        for lot, wallet in _pairs(lots, wallets):
            self._place(lot, wallet, min(lot.amount, self.room.get(wallet, ZERO)))

    def _left_over(self) -> None:
        """Basis without units: it stays where it was bought, and is told of."""
        for lot in self.lots:
            if lot.amount:
                wallet = self.homes.get(lot.id, "")
                text = (
                    f"{lot.amount} {self.asset} of lot {lot.id} are in no wallet on 2025-01-01; they stay in {wallet}"
                )
                self.remarks.append(Remark("unallocated_basis", lot.id, text))
                self.placed.append((wallet, _part(lot, lot.amount)))


def _pairs(lots: list[Lot], wallets: list[str]) -> Iterator[tuple[Lot, str]]:
    return ((lot, wallet) for wallet in wallets for lot in lots)


def _part(lot: Lot, amount: Decimal) -> Lot:
    if amount < lot.amount:
        piece = cut(lot, amount)
        return lot.part(amount, piece.basis, piece.low)
    whole = lot.part(lot.amount, lot.basis, lot.low)
    lot.amount = lot.basis = ZERO
    return whole
