"""Views of a report's gains, and places among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field

from handlers.runtime import Amount, Money, Position, View
from premium.tax.model import GainLine

_AS_IT_IS = (
    "transactions", "transaction_count", "lot", "asset", "wallet", "amount", "proceeds", "cost_basis", "denied_loss",
    "gain", "term", "rule",
)  # fmt: skip


class AfterGain(Position):
    """A place in a report's document."""

    behind: int


class GainView(View):
    """What one lot gained or lost in one disposal."""

    transactions: tuple[str, ...] = Field(
        description="The disposal, or the first hundred of those of a day together", examples=[["t2"]]
    )
    transaction_count: int = Field(description="How many those are", examples=[1])
    lot: str | None = Field(description="The transaction that bought it; null for a pool", examples=["t1"])
    kind: str = Field(description="What the disposal was", examples=["sell"])
    asset: str = Field(description="Symbol, or `chain:address`", examples=["ETH"])
    wallet: str = Field(description="Where it was", examples=["kraken"])
    acquired: str | None = Field(description="When it was bought; null for a pool", examples=["2025-03-01T12:00:00Z"])
    sold: str | None = Field(description="When it was disposed of, or the day", examples=["2025-05-01T12:00:00Z"])
    amount: Amount
    """Units of the lot that were disposed of."""
    proceeds: Money
    """What they brought, less the fee."""
    cost_basis: Money
    """What they had cost, fees included."""
    denied_loss: Money
    """How much of a loss does not count."""
    gain: Money
    """Proceeds less cost, and what was denied."""
    term: str = Field(description="Short, long or none", examples=["short"])
    rule: str = Field(description="By which rule the lot was chosen", examples=["fifo"])
    behind: int = Field(exclude=True, default=0)

    @classmethod
    def of(cls, line: GainLine) -> Self:
        """Return the view of a row of the neutral document."""
        row: Mapping[str, Any] = line.row
        return cls(
            kind=row["type"],
            acquired=row.get("acquired") or row.get("matched_acquisition_date"),
            sold=row.get("sold") or row.get("date"),
            behind=line.behind,
            **{name: row[name] for name in _AS_IT_IS},
        )
