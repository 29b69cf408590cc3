"""Values of the tax engine.

Plain frozen tuples, because a year has a million of them.

Amounts are units of the asset, values are fiat, both exact `Decimal`; instants are microseconds since 1970 UTC;
days are local tax days, counted from 1970-01-01.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from premium.money import EXACT, ZERO

ACQUISITIONS = frozenset({"buy", "income", "gift_received"})
DISPOSALS = frozenset({"sell", "fee", "gift_sent", "donation", "lost", "stolen"})
NEUTRAL = ACQUISITIONS | DISPOSALS | {"transfer"}


class Form1099(NamedTuple):
    """What a broker told the IRS about a sale."""

    form: str
    basis_reported: bool
    proceeds: Decimal | None = None
    basis: Decimal | None = None


class More(NamedTuple):
    """The fields that few transactions have."""

    kind: str | None = None
    """Of income: staking, mining, …; of a gift sent: spouse or market_value."""
    to_wallet: str | None = None
    burnt: Decimal = ZERO
    """`fee_in_kind` of a transfer: the part of the amount that does not arrive."""
    group: str | None = None
    lots: tuple[tuple[str, Decimal], ...] = ()
    form_1099: Form1099 | None = None
    portfolio_value: Decimal | None = None
    basis: Decimal | None = None
    donor_basis: Decimal | None = None
    acquired: int | None = None
    chain: str | None = None
    tx_hash: str | None = None
    fee_asset: str | None = None
    fee_amount: Decimal = ZERO
    to_asset: str | None = None
    """Of a conversion that is no disposal: the asset that carries the basis on."""
    to_amount: Decimal | None = None
    price_filled: str = ""
    """Whose price of when made the value, where none was stated."""


PLAIN = More()


class Transaction(NamedTuple):
    """One neutral transaction.

    `value` is the fiat total before fees, None while it is unknown.
    """

    id: str
    instant: int
    type: str
    asset: str
    amount: Decimal
    value: Decimal | None
    fee: Decimal
    wallet: str
    more: More = PLAIN


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


class Remark(NamedTuple):
    """A warning about a history.

    `line` and `field` say where in the file, when it came from one.
    """

    code: str
    transaction: str | None
    message: str
    line: int | None = None
    field: str | None = None

    @property
    def sentence(self) -> str:
        """The message with the line and the transaction that it is about."""
        where = f"line {self.line}: " if self.line else ""
        name = f"{self.transaction}: " if self.transaction else ""
        return f"{where}{name}{self.message}"


@dataclass(slots=True)
class Outcome:
    """What an engine hands over, and a report is made of."""

    disposals: list[Disposal] = field(default_factory=list)
    income: list[Income] = field(default_factory=list)
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


class NewTransactions(NamedTuple):
    """Checked rows that are to be stored, with their moments beside them."""

    rows: Sequence[Mapping[str, Any]]
    """In the neutral format."""
    moments: Sequence[datetime]
    currency: str | None = None
    """What the values are in; None: whatever a report is in."""
    job_id: UUID | None = None


class BlockRange(NamedTuple):
    """Blocks of a wallet that are read without a gap."""

    first: int
    next: int
    """The first block that is not read."""


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import did; `added` and `known` together are the rows it took."""

    added: int
    known: int
    skipped: int
    notices: tuple[Remark, ...]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TransactionRow(_Row):
    """An imported transaction as it was stated."""

    id: UUID
    source_key: str
    timestamp: datetime
    type: str
    asset: str
    amount: Decimal
    price: Decimal | None
    fee: Decimal | None
    wallet: str
    chain: str | None
    tx_hash: str | None
    details: Mapping[str, Any]


class StoredFile(_Row):
    """A document in the bucket of reports."""

    key: str
    size: int
    sha256: str
    name: str


class ReportRow(_Row):
    """A finished report."""

    id: UUID
    job_id: UUID
    year: int
    jurisdiction: str
    method: str
    lot_scope: str
    totals: Mapping[str, Any]
    status: str
    report_url: str | None
    files: Mapping[str, StoredFile]
    generated_at: datetime | None
    created_at: datetime
