"""Specific identification: the units a sale names, then FIFO.

Treas. Reg. § 1.1012-1(j)(3)(i).
"""

from __future__ import annotations

from decimal import Decimal

from premium.money import ZERO
from premium.tax.ledger.ledger import Key, LotLedger, Taken
from premium.tax.ledger.lots import Lot
from premium.tax.ledger.pieces import Piece, cut
from premium.tax.model import Remark, Transaction


class SpecificLedger(LotLedger):
    """A lot ledger that finds lots by id too.

    A lot taken by name stays in the heap, empty, until it is met there.
    """

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # passed on as they came
        self.by_id: dict[Key, dict[str, list[Lot]]] = {}

    def put(self, key: Key, lot: Lot) -> None:
        """Put a lot into its queue and among the lots by id."""
        super().put(key, lot)
        if self.rule == "specific_id":
            self.by_id.setdefault(key, {}).setdefault(lot.id, []).append(lot)

    def take(self, key: Key, amount: Decimal, tx: Transaction) -> Taken:
        """Take the named lots first, then the oldest."""
        pieces: list[Piece] = []
        if self.rule == "specific_id" and tx.more.lots:
            amount = self._take_named(key, amount, tx, pieces)
        if not amount:
            return Taken(pieces, ZERO)
        rest = super().take(key, amount, tx)
        if self.rule != "specific_id":
            return rest
        pieces += [piece._replace(rule=self.fallback_rule) for piece in rest.pieces]
        return Taken(pieces, rest.missing)

    def _take_named(self, key: Key, amount: Decimal, tx: Transaction, pieces: list[Piece]) -> Decimal:
        """Return what of `amount` the named lots leave open.

        A named lot that is not there is remarked on.
        """
        known = self.by_id.get(key, {})
        for name, wanted in tx.more.lots:
            want = before = min(wanted, amount)
            for lot in known.get(name, ()):
                if not want:
                    break
                part = min(want, lot.amount)
                if part:
                    pieces.append(self._piece(lot, part))
                    want -= part
                    amount -= part
            if want and (wanted.is_finite() or want == before):
                named = wanted if wanted.is_finite() else want
                text = f"lot {name} does not hold the {named} {tx.asset} named there: {want} fall back to FIFO"
                self.outcome.remarks.append(Remark("lot_not_available", tx.id, text, None, "lots"))
        return amount

    def _piece(self, lot: Lot, amount: Decimal) -> Piece:
        if amount < lot.amount:
            return cut(lot, amount, "specific_id")
        piece = Piece(lot, lot.amount, lot.basis, lot.low, "specific_id")
        lot.amount = lot.basis = ZERO
        return piece
