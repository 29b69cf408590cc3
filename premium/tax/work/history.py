"""The stored history of a user, read with its values in one currency."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from premium.execution.context import JobContext
from premium.rates.service import ExchangeRates
from premium.tax.neutral.reader import Read, read_rows
from premium.tax.store.transactions import PATIENT_MS, TransactionStore
from premium.tax.work.conversion import Conversion


def stored_history(context: JobContext, currency: str) -> Read:
    """Read the stored history; Unprocessable names the first value that has no exchange rate."""
    store = TransactionStore(context.platform.worker_database, statement_timeout_ms=PATIENT_MS)
    hours = store.other_currencies(context.user_id, currency)
    asked = {(code, hour) for stored, hour in hours for code in (stored, currency)}
    conversion = Conversion(ExchangeRates.of(context.platform).book(asked), currency)
    with store.history(context.user_id) as rows:
        read = read_rows(conversion.rows(rows), zone=ZoneInfo("UTC"))
    read.remarks.extend(conversion.remarks())
    return read
