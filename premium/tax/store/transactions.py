"""Store and read imported transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow, class_row
from psycopg.types.json import Jsonb

from premium.storage.postgres import Database
from premium.tax.model import Added, NewTransactions, TransactionRow
from premium.tax.store.imports import counted, noted

PATIENT_MS = 120_000
"""How long a statement of a job may take; a request's are the database's own."""
Point = Callable[[str], None]
"""Told of each point that a transaction has reached: there a chaos test may end the process."""

_COLUMNS = 'id, source_key, "timestamp", type, asset, amount, price, fee, wallet, chain, tx_hash, details'
_NEUTRAL = frozenset({"id", "timestamp", "type", "asset", "amount", "price", "fee", "wallet", "chain", "tx_hash"})
_BATCH = 5000
_LOOKED_AT = 10_000
"""Rows that a request looks at before a job looks at all."""


class TransactionStore:
    """The table `tax_transactions`, one transaction of a user a row."""

    def __init__(self, database: Database, *, statement_timeout_ms: int | None = None) -> None:
        self._database = database
        self._timeout = statement_timeout_ms

    def add(self, user_id: UUID, new: NewTransactions, point: Point | None = None) -> Added:
        """Store new transactions and return how many were unknown.

        A transaction whose id is known changes nothing but that one more import states it.
        """
        with self._database.as_user(user_id, statement_timeout_ms=self._timeout) as connection:
            added = insert(connection, user_id, new)
            if point is not None:
                point("first_write")
                point("before_commit")
        return added

    def page(self, user_id: UUID, after: tuple[datetime, UUID] | None, limit: int) -> list[TransactionRow]:
        """Return a page, newest first; `after` is the last row of the page before."""
        values = {"user": user_id, "limit": limit, "moment": after and after[0], "id": after and after[1]}
        with self._database.as_user(user_id) as connection:
            cursor = connection.cursor(row_factory=class_row(TransactionRow))
            return cursor.execute(_PAGE, values).fetchall()

    def other_currencies(self, user_id: UUID, currency: str) -> list[tuple[str, datetime]]:
        """Return (currency, full hour) of values stored in another currency."""
        with self._database.as_user(user_id, statement_timeout_ms=self._timeout) as connection:
            rows = connection.execute(_OTHER_CURRENCIES, (user_id, currency)).fetchall()
        return [(row["stored"], row["hour"]) for row in rows]

    def has_some(self, user_id: UUID) -> bool:
        """Return whether any transaction is stored."""
        return bool(self.page(user_id, None, 1))

    def another_currency(self, user_id: UUID, currency: str) -> str | None:
        """Return another currency than this that stored values are in.

        As far as a look at some of them tells.
        """
        with self._database.as_user(user_id) as connection:
            row = connection.execute(_ANOTHER_CURRENCY, {"user": user_id, "most": _LOOKED_AT, "currency": currency})
            found = row.fetchone()
        return None if found is None else str(found["stored"])

    @contextmanager
    def history(self, user_id: UUID) -> Iterator[Iterator[dict[str, Any]]]:
        """Give every transaction as a neutral row, oldest first, read in pieces."""
        with (
            self._database.as_user(user_id, statement_timeout_ms=self._timeout) as connection,
            connection.cursor(name="tax_history") as cursor,
        ):
            cursor.itersize = _BATCH
            cursor.execute(_HISTORY, (user_id,))
            yield map(neutral, cursor)

    def count_of_job(self, user_id: UUID, job_id: UUID) -> int:
        """Count the transactions that a job has added over all of its attempts."""
        with self._database.as_user(user_id) as connection:
            row = connection.execute(_COUNT_OF_JOB, (user_id, job_id)).fetchone()
        return int(row["rows"]) if row else 0


def insert(connection: Connection[DictRow], user_id: UUID, new: NewTransactions) -> Added:
    """Insert transactions within a transaction of the database; return how many were unknown."""
    import_id, replaced = (None, False) if new.origin is None else noted(connection, user_id, new.origin)
    claim = [] if import_id is None else [import_id]
    added = 0
    for batch, moments in new.batches(_BATCH):
        values = (user_id, new.job_id, claim, *_arrays(batch, moments, new.currency))
        added += sum(row["new"] for row in connection.execute(_INSERT, values))
    if import_id is not None:
        counted(connection, user_id, import_id, added=added, known=len(new.rows) - added)
    return Added(added, import_id, replaced)


def _arrays(
    rows: Sequence[Mapping[str, Any]], moments: Sequence[datetime], currency: str | None
) -> tuple[list[Any], ...]:
    money = {} if currency is None else {"currency": currency}
    return (
        [str(row["id"]) for row in rows],
        list(moments),
        [row["type"] for row in rows],
        [row["asset"] for row in rows],
        [row["amount"] for row in rows],
        [row.get("price") or None for row in rows],
        [row.get("fee") or None for row in rows],
        [row.get("wallet") or "" for row in rows],
        [row.get("chain") or None for row in rows],
        [row.get("tx_hash") or None for row in rows],
        [Jsonb({name: value for name, value in row.items() if name not in _NEUTRAL} | money) for row in rows],
    )


def neutral(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored row in the neutral format."""
    made: dict[str, Any] = {
        "id": row["source_key"],
        "timestamp": row["timestamp"].isoformat(),
        **{name: row[name] for name in ("type", "asset", "amount", "wallet")},
        **row["details"],
    }
    made |= {name: row[name] for name in ("price", "fee", "chain", "tx_hash") if row[name] is not None}
    return made


_INSERT = """
    INSERT INTO tax_transactions AS known
        (user_id, job_id, imports, source_key, "timestamp", type, asset, amount, price, fee, wallet, chain,
                  tx_hash, details)
    SELECT %s, %s, %s::uuid[], source_key, moment, type, asset, amount, price, fee, wallet, chain, tx_hash, details
    FROM unnest(%s::text[], %s::timestamptz[], %s::text[], %s::text[], %s::numeric[], %s::numeric[], %s::numeric[],
                %s::text[], %s::text[], %s::text[], %s::jsonb[])
        AS new (source_key, moment, type, asset, amount, price, fee, wallet, chain, tx_hash, details)
    ON CONFLICT (user_id, source_key) DO UPDATE SET imports = known.imports || excluded.imports
        WHERE NOT known.imports @> excluded.imports
    RETURNING created_at = now() AS new
"""
_PAGE = f"""
    SELECT {_COLUMNS} FROM tax_transactions
    WHERE user_id = %(user)s AND (%(moment)s::timestamptz IS NULL OR ("timestamp", id) < (%(moment)s, %(id)s))
    ORDER BY "timestamp" DESC, id DESC LIMIT %(limit)s
"""  # noqa: S608 - the texts are this module's own
_OTHER_CURRENCIES = """
    SELECT DISTINCT details->>'currency' AS stored, date_trunc('hour', "timestamp", 'UTC') AS hour
    FROM tax_transactions WHERE user_id = %s AND details->>'currency' <> %s
"""
_ANOTHER_CURRENCY = """
    SELECT details->>'currency' AS stored
    FROM (SELECT details FROM tax_transactions WHERE user_id = %(user)s LIMIT %(most)s) AS looked
    WHERE details->>'currency' <> %(currency)s LIMIT 1
"""
_HISTORY = f'SELECT {_COLUMNS} FROM tax_transactions WHERE user_id = %s ORDER BY "timestamp", source_key'  # noqa: S608 - constant columns
_COUNT_OF_JOB = "SELECT count(*) AS rows FROM tax_transactions WHERE user_id = %s AND job_id = %s"
