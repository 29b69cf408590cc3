"""What the tax engine hands over: disposals, income, and what is left.

Plain frozen tuples, because a year has a million of them; units and instants as in `model`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

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

    disposals: list[Disposal] = field(default_factory=list)
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
