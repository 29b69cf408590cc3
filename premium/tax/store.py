"""The SQL of the tax service, and no other file's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow, class_row
from psycopg.types.json import Jsonb

from premium.tax.rows import ReportRow, TransactionRow

_COLUMNS = 'id, source_key, "timestamp", type, asset, amount, price, fee, wallet, chain, tx_hash, details'
_REPORT = (
    "id, job_id, year, jurisdiction, method, lot_scope, totals, status, report_url, files, generated_at, created_at"
)
_NEUTRAL = frozenset({"id", "timestamp", "type", "asset", "amount", "price", "fee", "wallet", "chain", "tx_hash"})
_BATCH = 5000

_INSERT = """
INSERT INTO tax_transactions
    (user_id, job_id, source_key, "timestamp", type, asset, amount, price, fee, wallet, chain, tx_hash, details)
SELECT %s, %s, source_key, moment, type, asset, amount, price, fee, wallet, chain, tx_hash, details
FROM unnest(%s::text[], %s::timestamptz[], %s::text[], %s::text[], %s::numeric[], %s::numeric[], %s::numeric[],
            %s::text[], %s::text[], %s::text[], %s::jsonb[])
    AS new (source_key, moment, type, asset, amount, price, fee, wallet, chain, tx_hash, details)
ON CONFLICT (user_id, source_key) DO NOTHING
"""


def add_transactions(
    connection: Connection[DictRow],
    user_id: UUID,
    rows: Sequence[Mapping[str, Any]],
    moments: Sequence[datetime],
    *,
    job_id: UUID | None = None,
    currency: str | None = None,
) -> int:
    """Store neutral rows that were checked; how many were new. A row whose id is known changes nothing.

    `currency` is what their values are in; None: whatever a report is in.
    """
    added = 0
    for start in range(0, len(rows), _BATCH):
        batch, when = rows[start : start + _BATCH], moments[start : start + _BATCH]
        added += connection.execute(_INSERT, (user_id, job_id, *_arrays(batch, when, currency))).rowcount
    return added


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


def page_of_transactions(
    connection: Connection[DictRow], user_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> list[TransactionRow]:
    """Newest first; `after` is the last row of the page before."""
    where = "" if after is None else 'AND ("timestamp", id) < (%(moment)s, %(id)s)'
    query = f"""SELECT {_COLUMNS} FROM tax_transactions WHERE user_id = %(user)s {where}
                ORDER BY "timestamp" DESC, id DESC LIMIT %(limit)s"""  # noqa: S608 - the texts are this module's own
    values = {"user": user_id, "limit": limit, "moment": after and after[0], "id": after and after[1]}
    with connection.cursor(row_factory=class_row(TransactionRow)) as cursor:
        return cursor.execute(query, values).fetchall()


def other_currencies(connection: Connection[DictRow], user_id: UUID, currency: str) -> list[tuple[str, datetime]]:
    """(currency, full hour) of what is stored in another one than this."""
    rows = connection.execute(
        """SELECT DISTINCT details->>'currency' AS stored, date_trunc('hour', "timestamp", 'UTC') AS hour
           FROM tax_transactions WHERE user_id = %s AND details->>'currency' <> %s""",
        (user_id, currency),
    ).fetchall()
    return [(row["stored"], row["hour"]) for row in rows]


def history(connection: Connection[DictRow], user_id: UUID) -> Iterator[dict[str, Any]]:
    """Every transaction of a user as a neutral row, in the order of time, read in pieces."""
    with connection.cursor(name="tax_history") as cursor:
        cursor.itersize = _BATCH
        cursor.execute(
            f'SELECT {_COLUMNS} FROM tax_transactions WHERE user_id = %s ORDER BY "timestamp", source_key',  # noqa: S608 - as above
            (user_id,),
        )
        for row in cursor:
            yield neutral(row)


def neutral(row: Mapping[str, Any]) -> dict[str, Any]:
    """A stored row in the neutral format."""
    made: dict[str, Any] = {
        "id": row["source_key"],
        "timestamp": row["timestamp"].isoformat(),
        **{name: row[name] for name in ("type", "asset", "amount", "wallet")},
        **row["details"],
    }
    made |= {name: row[name] for name in ("price", "fee", "chain", "tx_hash") if row[name] is not None}
    return made


def add_report(connection: Connection[DictRow], user_id: UUID, report: Mapping[str, Any]) -> None:
    """One row a job, however often the job runs."""
    connection.execute(
        """INSERT INTO tax_reports (id, user_id, job_id, year, jurisdiction, method, lot_scope, totals, report_url,
                                    files, generated_at)
           VALUES (%(job_id)s, %(user)s, %(job_id)s, %(year)s, %(jurisdiction)s, %(method)s, %(lot_scope)s, %(totals)s,
                   %(report_url)s, %(files)s, %(generated_at)s)
           ON CONFLICT DO NOTHING""",
        {
            **report,
            "user": user_id,
            "totals": Jsonb(report["totals"]),
            "files": Jsonb(report["files"]),
        },
    )


def report_of(connection: Connection[DictRow], user_id: UUID, report_id: UUID) -> ReportRow | None:
    query = f"SELECT {_REPORT} FROM tax_reports WHERE user_id = %s AND id = %s"  # noqa: S608 - as above
    with connection.cursor(row_factory=class_row(ReportRow)) as cursor:
        return cursor.execute(query, (user_id, report_id)).fetchone()


def page_of_reports(
    connection: Connection[DictRow], user_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> list[ReportRow]:
    """Newest first."""
    where = "" if after is None else "AND (created_at, id) < (%(moment)s, %(id)s)"
    query = f"""SELECT {_REPORT} FROM tax_reports WHERE user_id = %(user)s {where}
                ORDER BY created_at DESC, id DESC LIMIT %(limit)s"""  # noqa: S608 - as above
    values = {"user": user_id, "limit": limit, "moment": after and after[0], "id": after and after[1]}
    with connection.cursor(row_factory=class_row(ReportRow)) as cursor:
        return cursor.execute(query, values).fetchall()


def newest_report(
    connection: Connection[DictRow], user_id: UUID, year: int, jurisdiction: str | None
) -> ReportRow | None:
    """The newest report of a year, in one jurisdiction where one is named."""
    query = f"""SELECT {_REPORT} FROM tax_reports
                WHERE user_id = %(user)s AND year = %(year)s AND (%(code)s::text IS NULL OR jurisdiction = %(code)s)
                ORDER BY generated_at DESC LIMIT 1"""  # noqa: S608 - as above
    with connection.cursor(row_factory=class_row(ReportRow)) as cursor:
        return cursor.execute(query, {"user": user_id, "year": year, "code": jurisdiction}).fetchone()
