"""Ireland's order of lots: four weeks before a sale first, then first in, first out.

TCA 1997 ss 580-581. A loss is ring-fenced as far as the asset is acquired again within four weeks after the sale: it
may be deducted from the gain on what was acquired again alone (s 581(3)).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from premium.money import ZERO, divide
from premium.tax.ledger.ledger import Key, LotLedger, Taken, take_from
from premium.tax.ledger.lots import Entry, Lot
from premium.tax.ledger.pieces import Piece, cut
from premium.tax.model import ACQUISITIONS, Transaction
from premium.tax.outcome import Disposal, Disposals, Outcome, Relief

DAYS = 28


class FourWeekLedger(LotLedger):
    """A lot ledger that takes lots of the last four weeks first.

    Beside each heap it keeps a list of lots by date, whose end is the last four weeks.
    """

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # passed on as they came
        self.rule = "fifo"
        self.recent: dict[Key, list[Entry]] = {}

    def run(self, transactions: Sequence[Transaction]) -> Outcome:
        """Run transactions, and ring-fence the losses of what was acquired again."""
        outcome = self.walk(transactions)
        outcome.disposals = ring_fenced(outcome.disposals, transactions, self.day, outcome.reliefs)
        return outcome

    def put(self, key: Key, lot: Lot) -> None:
        """Put a lot into its heap and among the recent ones."""
        super().put(key, lot)
        recent = self.recent.setdefault(key, [])
        entry = self.entry(lot)
        if not recent or recent[-1][:2] < entry[:2]:
            recent.append(entry)
        else:
            insort(recent, entry, key=lambda other: other[:2])

    def take(self, key: Key, amount: Decimal, tx: Transaction) -> Taken:
        """Take the recent units first, then the oldest."""
        pieces: list[Piece] = []
        if tx.type != "transfer" or tx.more.burnt:
            amount = self._take_recent(key, amount, tx, pieces)
        queue = self.queues.get(key)
        rest = take_from(queue, amount) if queue and amount else Taken([], amount)
        return Taken([*pieces, *rest.pieces], rest.missing)

    def _take_recent(self, key: Key, amount: Decimal, tx: Transaction, pieces: list[Piece]) -> Decimal:
        """Units acquired in the four weeks before, the earlier first as s 580 has it."""
        since, recent = self.day(tx.instant) - DAYS, self.recent.get(key, [])
        start = self.setup.calendar.start_of(since)
        passed = bisect_left(recent, start, key=lambda entry: entry[0])
        while passed < len(recent) and not recent[passed][2].amount:
            passed += 1
        del recent[:passed]
        for _, _, lot in recent:
            if not amount:
                break
            part = min(amount, lot.amount)
            if not part:
                continue
            if part < lot.amount:
                pieces.append(cut(lot, part, "four_week"))
            else:
                pieces.append(Piece(lot, part, lot.basis, lot.low, "four_week"))
                lot.amount = lot.basis = ZERO
            amount -= part
        return amount


class _Again:
    """An acquisition that may replace what was sold.

    `free` is what replaces nothing yet, `loss` what its gain may bear, for `replaced` units.
    """

    __slots__ = ("day", "free", "instant", "loss", "replaced")

    def __init__(self, instant: int, day: int, free: Decimal) -> None:
        self.instant, self.day, self.free = instant, day, free
        self.replaced = self.loss = ZERO

    def replace(self, amount: Decimal, loss: Decimal) -> None:
        """Let `amount` of its units stand for what was sold at `loss`."""
        self.free -= amount
        self.replaced += amount
        self.loss += loss

    def relieve(self, amount: Decimal, gain: Decimal) -> Decimal:
        """Return what of the loss the gain on `amount` of its units bears.

        The units that replace something go first.
        """
        units = min(amount, self.replaced)
        relief = min(self.loss, gain if units == amount else divide(gain * units, amount))
        self.replaced -= units
        self.loss -= relief
        return relief


class _Purchases:
    """One asset's acquisitions in order.

    Sales are asked for in order too, so what is used up stays behind.
    """

    __slots__ = ("first", "list")

    def __init__(self) -> None:
        self.list: list[_Again] = []
        self.first = 0

    def after(self, instant: int) -> int:
        """Return the index of the first with something free after an instant."""
        while self.first < len(self.list) and (
            self.list[self.first].instant <= instant or not self.list[self.first].free
        ):
            self.first += 1
        return self.first


def ring_fenced(
    rows: Sequence[Disposal], history: Iterable[Transaction], day_of: Callable[[int], int], reliefs: list[Relief]
) -> Disposals:
    """Split rows at a loss where a part of the units was acquired again.

    Losses that gains bear go to `reliefs`.
    """
    again: dict[str, _Purchases] = {}
    by_lot: dict[str, _Again] = {}
    for tx in history:
        if tx.type in ACQUISITIONS:
            by_lot[tx.id] = _Again(tx.instant, day_of(tx.instant), tx.amount)
            again.setdefault(tx.asset, _Purchases()).list.append(by_lot[tx.id])
    made = Disposals()
    for row in rows:
        bought, name = again.get(row.asset), row.lot or ""
        for part in _split(row, bought) if row.gain < ZERO and bought else (row,):
            made.append(part)
        lot = by_lot.get(name)
        if lot is not None and lot.replaced:
            relief = lot.relieve(row.amount, max(row.gain, ZERO))
            if relief:
                reliefs.append(Relief(row.transaction, name, row.day, relief))
    return made


def _split(row: Disposal, bought: _Purchases) -> list[Disposal]:
    fenced, loss = ZERO, -row.gain
    for index in range(bought.after(row.sold), len(bought.list)):
        each = bought.list[index]
        if each.day > row.day + DAYS or fenced == row.amount:
            break
        if each.instant == row.sold or not each.free:
            continue
        part = min(each.free, row.amount - fenced)
        each.replace(part, loss if part == row.amount else divide(loss * part, row.amount))
        fenced += part
    if not fenced:
        return [row]
    if fenced == row.amount:
        return [row._replace(ring_fenced=True)]
    proceeds, cost = divide(row.proceeds * fenced, row.amount), divide(row.cost_basis * fenced, row.amount)
    inside = row._replace(amount=fenced, proceeds=proceeds, cost_basis=cost, ring_fenced=True)
    rest = row.proceeds - proceeds, row.cost_basis - cost
    outside = row._replace(amount=row.amount - fenced, proceeds=rest[0], cost_basis=rest[1])
    return [inside, outside]
