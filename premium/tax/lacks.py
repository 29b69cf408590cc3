"""What a report lacks at the moment at which it is asked for.

It is accepted all the same: an import that is under way may bring what is not there yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from premium.tax.setup import setup_of
from premium.tax.store.transactions import TransactionStore

if TYPE_CHECKING:
    from premium.bootstrap import Platform

NO_TRANSACTIONS = (
    "no transactions are stored: unless an import that is under way brings some, the report fails;"
    " POST /v1/tax/transactions/import"
)


def lacks(platform: Platform, user_id: UUID, jurisdiction: str, currency: str | None) -> list[str]:
    """Return why a report would fail now; empty where nothing known is in its way."""
    transactions = TransactionStore(platform.database)
    if not transactions.has_some(user_id):
        return [NO_TRANSACTIONS]
    from premium.rates.service import publishes  # noqa: PLC0415 - it loads what workers alone need

    wanted = setup_of(jurisdiction, currency=currency).currency
    if publishes(wanted) or (stored := transactions.another_currency(user_id, wanted)) is None:
        return []
    unpublished = f"transactions are in {stored}, and the European Central Bank has never published a rate of {wanted}"
    return [f"{unpublished}: unless this stage was given others, the report fails"]
