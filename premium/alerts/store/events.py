"""The SQL of events seen, by which each event counts once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow

EventKey = tuple[str, datetime, str]
"""An event's id, time and kind."""

Rows = Connection[DictRow]


class EventStore:
    """Events by id; every call is part of the caller's transaction."""

    def add(self, connection: Rows, events: Sequence[EventKey]) -> set[tuple[str, datetime]]:
        """Return (id, time) of the events that come for the first time.

        The others are known or were taken back. The id decides: one that comes again with another time is the
        same event.
        """
        first = {event[0]: event for event in reversed(events)}
        rows = connection.execute(_ADD, _columns(first.values())).fetchall()
        return {(row["event_id"], row["event_time"]) for row in rows}

    def retract(self, connection: Rows, events: Sequence[EventKey]) -> None:
        """Mark events that the chain took back; those still to come will not count."""
        connection.execute(_RETRACT, _columns(events))


def _columns(events: Iterable[EventKey]) -> dict[str, list[Any]]:
    # In one order everywhere: two transactions that insert the same rows crosswise would wait for each other.
    rows = sorted(set(events))
    return {"ids": [row[0] for row in rows], "times": [row[1] for row in rows], "kinds": [row[2] for row in rows]}


_EVENTS = "SELECT * FROM unnest(%(ids)s::text[], %(times)s::timestamptz[], %(kinds)s::text[])"
_ADD = f"""
INSERT INTO alert_events (event_id, event_time, kind)
SELECT e.* FROM ({_EVENTS}) AS e (event_id, event_time, kind)
WHERE NOT EXISTS (SELECT FROM alert_events known WHERE known.event_id = e.event_id)
ON CONFLICT DO NOTHING RETURNING event_id, event_time
"""  # noqa: S608 - constant text
_RETRACT = f"""
INSERT INTO alert_events (event_id, event_time, kind, retracted_at)
SELECT e.*, now() FROM ({_EVENTS}) AS e (event_id, event_time, kind)
ON CONFLICT (event_id, event_time) DO UPDATE SET retracted_at = coalesce(alert_events.retracted_at, now())
"""  # noqa: S608 - constant text
