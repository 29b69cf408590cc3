"""From a match to what must be told: history and deliveries in one transaction, once for each event and rule.

By the worker role, or by a rule's owner who tries it out. The caller commits and then hands the alerts to
`premium.notifications.dispatch.hand_over`; what is lost between the two is found by its deliveries, which are pending.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from premium.alerts.model import RULES_A_TIER
from premium.storage.plain import to_json

CHUNK = 2_000
"""Firings a statement: bounds its parameters and what one error repeats."""

Notice = Literal["fired", "retracted"]


@dataclass(frozen=True, slots=True)
class Firing:
    """One rule fired by one event; `event` is the event as it came."""

    rule_id: UUID
    event_id: str
    event_time: datetime
    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Alert:
    """A history row just made, or just retracted, and its pending deliveries."""

    id: UUID
    event_id: str
    event_time: datetime
    rule_id: UUID
    user_id: UUID
    notice: Notice
    deliveries: tuple[UUID, ...]


def record_firings(connection: Connection[DictRow], firings: Sequence[Firing], *, is_test: bool = False) -> list[Alert]:
    """The alerts that were not there before; a firing seen again, or of a rule that is gone or off, makes none.

    Nor does one of a rule whose owner's tier has no alerts any more.
    """
    return [alert for chunk in _chunks(firings) for alert in _record(connection, chunk, is_test=is_test)]


def retract(connection: Connection[DictRow], event_ids: Sequence[str], now: datetime) -> list[Alert]:
    """Mark what these events fired as taken back by the chain, and tell whoever was told; the second time, nobody."""
    rows = connection.execute(_RETRACT, {"events": sorted(set(event_ids)), "now": now}).fetchall()
    return [_alert(row, "retracted") for row in rows]


def _chunks(firings: Sequence[Firing]) -> Iterator[Sequence[Firing]]:
    # In one order everywhere: two transactions that insert the same rows crosswise would wait for each other.
    ordered = sorted(firings, key=lambda firing: (firing.event_id, firing.rule_id))
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def _record(connection: Connection[DictRow], firings: Sequence[Firing], *, is_test: bool) -> list[Alert]:
    places: dict[tuple[str, datetime], int] = {}
    data: list[str] = []
    for firing in firings:
        if (firing.event_id, firing.event_time) not in places:
            places[firing.event_id, firing.event_time] = len(data) + 1
            data.append(to_json(firing.event))
    values = {
        "events": [event_id for event_id, _ in places], "times": [time for _, time in places], "data": data,
        "rules": [firing.rule_id for firing in firings],
        "places": [places[firing.event_id, firing.event_time] for firing in firings], "is_test": is_test,
        "tiers": [tier.value for tier, most in RULES_A_TIER.items() if most],
    }  # fmt: skip
    return [_alert(row, "fired") for row in connection.execute(_RECORD, values)]


def _alert(row: DictRow, notice: Notice) -> Alert:
    return Alert(
        id=row["id"], event_id=row["event_id"], event_time=row["event_time"], rule_id=row["alert_rule_id"],
        user_id=row["user_id"], notice=notice, deliveries=tuple(row["deliveries"]),
    )  # fmt: skip


_PENDING = """
SELECT h.id, h.event_id, h.event_time, h.alert_rule_id, h.user_id,
       coalesce(array_agg(d.id) FILTER (WHERE d.status = 'pending'), '{}') AS deliveries
FROM history h LEFT JOIN deliveries d ON d.history_id = h.id
GROUP BY h.id, h.event_id, h.event_time, h.alert_rule_id, h.user_id
"""
_RECORD = f"""
WITH events AS (
    SELECT * FROM unnest(%(events)s::text[], %(times)s::timestamptz[], %(data)s::jsonb[])
        WITH ORDINALITY AS e (event_id, event_time, data, place)
), history AS (
    INSERT INTO alert_history (user_id, alert_rule_id, rule_name, rule_type, event_id, event_data, event_time, is_test)
    SELECT r.user_id, r.id, r.name, r.type, e.event_id, e.data, e.event_time, %(is_test)s
    FROM unnest(%(rules)s::uuid[], %(places)s::bigint[]) AS f (rule_id, place)
    JOIN events e USING (place)
    JOIN alert_rules r ON r.id = f.rule_id AND (r.enabled OR %(is_test)s)
    JOIN premium_users o ON o.id = r.user_id AND o.tier = ANY (%(tiers)s)
    ORDER BY e.event_id, r.id
    ON CONFLICT DO NOTHING
    RETURNING id, event_id, event_time, alert_rule_id, user_id
), deliveries AS (
    INSERT INTO notification_deliveries
        (user_id, history_id, event_time, action, channel, destination, template, status, last_error, ended_at)
    SELECT h.user_id, h.id, h.event_time, a.place - 1, a.action ->> 'type', t.destination, a.action ->> 'template',
           CASE WHEN t.destination IS NULL THEN 'failed' ELSE 'pending' END,
           CASE WHEN t.destination IS NULL THEN 'the profile names no destination for this channel' END,
           CASE WHEN t.destination IS NULL THEN now() END
    FROM history h
    JOIN alert_rules r ON r.id = h.alert_rule_id
    CROSS JOIN LATERAL jsonb_array_elements(r.actions) WITH ORDINALITY AS a (action, place)
    LEFT JOIN alert_destinations p ON p.user_id = h.user_id AND p.channel = a.action ->> 'type'
    LEFT JOIN premium_users u ON u.id = h.user_id AND a.action ->> 'type' = 'email'
    CROSS JOIN LATERAL (SELECT coalesce(a.action ->> 'destination', p.destination, u.email)) AS t (destination)
    RETURNING id, history_id, status
)
{_PENDING}"""  # noqa: S608 - constants
_RETRACT = f"""
WITH history AS (
    UPDATE alert_history SET retracted_at = %(now)s
    WHERE event_id = ANY (%(events)s) AND retracted_at IS NULL
    RETURNING id, event_id, event_time, alert_rule_id, user_id
), deliveries AS (
    INSERT INTO notification_deliveries (user_id, history_id, event_time, notice, action, channel, destination)
    SELECT d.user_id, d.history_id, d.event_time, 'retracted', d.action, d.channel, d.destination
    FROM history h
    JOIN notification_deliveries d ON d.history_id = h.id AND d.event_time = h.event_time
    WHERE d.notice = 'fired' AND d.status IN ('pending', 'sent')
    ON CONFLICT DO NOTHING
    RETURNING id, history_id, status
)
{_PENDING}"""  # noqa: S608 - constants
