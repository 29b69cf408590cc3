"""What the tax engine hands over: disposals, income, and what is left.

Plain frozen tuples, because a year has a million of them; units and instants as in `model`.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, compress, repeat
from operator import is_, itemgetter
from typing import Any, NamedTuple, cast

from premium.money import EXACT, ZERO
from premium.tax.model import Form1099, Remark


class Disposal(NamedTuple):
    """One disposal and one lot, one match or one pool draw."""

    transaction: str
    """Id; '' where a rule merged a day's disposals, which `merged` then names."""
    merged: tuple[str, ...]
    type: str
    asset: str
    wallet: str
    lot: str | None
    acquired: int | None
    sold: int
    day: int
    matched_day: int | None
    amount: Decimal
    proceeds: Decimal
    cost_basis: Decimal
    denied: Decimal
    term: str
    rule: str
    form_1099: Form1099 | None = None
    ring_fenced: bool = False
    adjustment: Decimal = ZERO
    """Carried basis less `cost_basis`, where the law lets another value count (a gift sold at a loss)."""

    @property
    def gain(self) -> Decimal:
        """The gain after denial.

        Computed each time: a million of them would be a hundred megabytes.
        """
        gain = EXACT.subtract(self.proceeds, self.cost_basis)
        return EXACT.add(gain, self.denied) if self.denied else gain

    @property
    def name(self) -> str:
        """The transaction, or the first of a merged day."""
        return self.transaction or self.merged[0]

    @property
    def sources(self) -> tuple[str, ...]:
        """The transactions that the row is made of."""
        return self.merged or (self.transaction,)


_FIELDS = Disposal._fields
_PLACE = {name: place for place, name in enumerate(_FIELDS)}
_NUMBERS = frozenset({"amount"})
"""Kept as texts: short ones, of a Decimal's tenth."""
_NAMES = frozenset({"transaction", "lot"})
_INTEGERS = frozenset({"acquired", "sold", "day"})
_TOGETHER = 1024


class Folded:
    """Disposals in columns: a column of one value is that value."""

    __slots__ = ("columns",)

    def __init__(self, rows: list[Disposal]) -> None:
        self.columns = list(map(_folded, _FIELDS, zip(*rows, strict=True)))

    def __len__(self) -> int:
        return len(self.columns[_PLACE["sold"]])

    def column(self, name: str) -> Iterable[Any]:
        kept = self.columns[_PLACE[name]]
        if type(kept) is _Same:
            return repeat(kept.value, len(self))
        if type(kept) is str:
            return map(Decimal, kept.split(" ")) if name in _NUMBERS else kept.split("\n")
        return cast("Iterable[Any]", kept)

    def __iter__(self) -> Iterator[Disposal]:
        return map(Disposal._make, zip(*map(self.column, _FIELDS), strict=True))


class _Same(NamedTuple):
    value: Any


def _folded(name: str, column: tuple[Any, ...]) -> Any:
    first = column[0]
    if name in _INTEGERS:
        return column if None in column else array("q", column)
    if all(map(is_, column, repeat(first))):
        return _Same(first)
    if name in _NUMBERS:
        return " ".join(map(str, column))
    # A name that holds a line break, or is none, would not come back as it was.
    if name in _NAMES and None not in column and "\n" not in (text := "".join(column)) and text.isprintable():
        return "\n".join(column)
    return column


Block = Folded | list[Disposal]


def column_of(block: Block, name: str) -> Iterable[Any]:
    """Return one field of each row of a block."""
    return block.column(name) if isinstance(block, Folded) else map(itemgetter(_PLACE[name]), block)


class Disposals(Sequence[Disposal]):
    """A million disposals at a third of their size: in blocks, by columns.

    A row is made anew whenever it is asked for.
    """

    def __init__(self, rows: Iterable[Disposal] = ()) -> None:
        self._blocks: list[Block] = []
        self._open: list[Disposal] = []
        for row in rows:
            self.append(row)

    def append(self, row: Disposal) -> None:
        """Add a row."""
        self._open.append(row)
        if len(self._open) == _TOGETHER:
            self._blocks.append(Folded(self._open))
            self._open = []

    def __len__(self) -> int:
        return sum(map(len, self._blocks)) + len(self._open)

    def __iter__(self) -> Iterator[Disposal]:
        return chain.from_iterable(self.blocks())

    def __getitem__(self, place: Any) -> Any:
        return list(self)[place]

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Iterable) else NotImplemented

    __hash__ = None  # type: ignore[assignment] # rows may be added

    def blocks(self) -> Iterator[Block]:
        """Yield the rows, some hundred together."""
        yield from self._blocks
        yield self._open

    def column(self, name: str) -> Iterator[Any]:
        """Yield one field of each row."""
        for block in self.blocks():
            yield from column_of(block, name)

    def between(self, first: int, last: int) -> Disposals:
        """Return the rows of these days; blocks that lie within are shared."""
        made = Disposals()
        for block in self.blocks():
            days = list(column_of(block, "day"))
            if isinstance(block, Folded) and first <= min(days) and max(days) <= last:
                made._close()
                made._blocks.append(block)
                continue
            for row in compress(block, [first <= day <= last for day in days]):
                made.append(row)
        return made

    def _close(self) -> None:
        if self._open:
            self._blocks.append(self._open)
            self._open = []


class Income(NamedTuple):
    """Income of one transaction."""

    transaction: str
    day: int
    value: Decimal
    kind: str
    asset: str
    amount: Decimal


class Derivative(NamedTuple):
    """A profit of futures or margin.

    Amount and value of a loss or a charge are negative.
    """

    transaction: str
    day: int
    kind: str
    """pnl, funding, fee or liquidation."""
    asset: str
    amount: Decimal
    value: Decimal


class Missing(NamedTuple):
    """Units disposed of that no lot covers: their basis is zero."""

    transaction: str
    day: int
    asset: str
    wallet: str
    amount: Decimal


class Removal(NamedTuple):
    """Units that left without a gain.

    Gifts sent, donations, what is lost where the law gives no loss.
    """

    transaction: str
    day: int
    type: str
    asset: str
    amount: Decimal
    basis: Decimal


class Relief(NamedTuple):
    """Ireland: a ring-fenced loss that the gain on what was acquired again bears."""

    transaction: str
    lot: str
    day: int
    loss: Decimal


class Holding(NamedTuple):
    """What is left of an asset in a wallet (`*` where wallets do not matter)."""

    wallet: str
    asset: str
    amount: Decimal
    cost_basis: Decimal


class OpenLot(NamedTuple):
    """One lot that is left."""

    lot: str
    wallet: str
    asset: str
    acquired: int
    amount: Decimal
    cost_basis: Decimal


@dataclass(slots=True)
class Outcome:
    """What an engine hands over, and a report is made of."""

    disposals: Disposals = field(default_factory=Disposals)
    income: list[Income] = field(default_factory=list)
    derivatives: list[Derivative] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    removals: list[Removal] = field(default_factory=list)
    reliefs: list[Relief] = field(default_factory=list)
    holdings: list[Holding] = field(default_factory=list)
    pools: list[Holding] = field(default_factory=list)
    """UK: the section 104 holdings, where they differ from what is held (a sale matched with a later purchase)."""
    open_lots: list[OpenLot] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    pooled: bool = False
    acquisition_total: Decimal | None = None
    """France: what is left of the portfolio's total price."""
    acquisition_totals: dict[str, Decimal] = field(default_factory=dict)
    """France: the same after each taxable sale."""
    portfolio_values: dict[str, Decimal] = field(default_factory=dict)
    """France: what the portfolio was worth before each taxable sale, as stated or by the last known prices."""
