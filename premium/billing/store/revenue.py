"""SQL of what subscriptions bring."""

from __future__ import annotations

from datetime import datetime

from psycopg.rows import class_row

from premium.billing.model import RevenueRow
from premium.storage.postgres import Database


class RevenueStore:
    """Payments and subscriptions of all users, summed up; by the worker's role."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_month(self, start: datetime, end: datetime) -> list[RevenueRow]:
        """Return recurring revenue at the end of a month, and the month's churn, by currency."""
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(RevenueRow)) as cursor:
            return cursor.execute(_REVENUE, {"start": start, "end": end}).fetchall()


_REVENUE = """
WITH running AS (
    SELECT p.currency, p.subscription_id,
        p.amount / greatest(1, round(extract(epoch FROM p.period_end - p.period_start) / 2629746)) AS monthly
    FROM payments p JOIN subscriptions s ON s.id = p.subscription_id
    WHERE p.currency IS NOT NULL AND p.period_start <= %(end)s AND p.period_end > %(end)s
      AND (s.ended_at IS NULL OR s.ended_at > %(end)s)
), before AS (
    SELECT p.currency, s.id, s.ended_at FROM payments p JOIN subscriptions s ON s.id = p.subscription_id
    WHERE p.currency IS NOT NULL AND p.paid_at < %(start)s AND (s.ended_at IS NULL OR s.ended_at >= %(start)s)
    GROUP BY p.currency, s.id, s.ended_at
), sums AS (
    SELECT currency, round(sum(monthly)) AS mrr, count(DISTINCT subscription_id) AS paying
    FROM running GROUP BY currency
), losses AS (
    SELECT currency, count(*) AS began_with, count(*) FILTER (WHERE ended_at < %(end)s) AS ended
    FROM before GROUP BY currency
)
SELECT currency, coalesce(mrr, 0) AS mrr, 12 * coalesce(mrr, 0) AS arr, coalesce(paying, 0) AS paying,
    coalesce(began_with, 0) AS began_with, coalesce(ended, 0) AS ended,
    CASE WHEN began_with > 0 THEN round(100.0 * ended / began_with, 2) END AS churn_percent
FROM sums FULL JOIN losses USING (currency) ORDER BY currency
"""
