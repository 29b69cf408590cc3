"""The SQL of events seen, by which each event counts once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import Connection
from psycopg.rows import DictRow


class EventKey(NamedTuple):
    """What an event is known by, and its kind; `event_id` is one of its chain."""

    event_id: str
    chain: str
    time: datetime
    kind: str


Known = tuple[str, str, datetime]
"""An event's id, chain and time."""
Rows = Connection[DictRow]


class EventStore:
    """Events by id and chain; every call is part of the caller's transaction."""

    def add(self, connection: Rows, events: Sequence[EventKey]) -> set[Known]:
        """Return (id, chain, time) of the events that come for the first time.

        The others are known or were taken back. Id and chain decide: one that comes again with another time is the
        same event.
        """
        first = {event[:2]: event for event in reversed(events)}
        rows = connection.execute(_ADD, _columns(first.values())).fetchall()
        return {(row["event_id"], row["chain"], row["event_time"]) for row in rows}

    def retract(self, connection: Rows, events: Sequence[EventKey]) -> None:
        """Mark events that the chain took back; those still to come will not count."""
        connection.execute(_RETRACT, _columns(events))


def _columns(events: Iterable[EventKey]) -> dict[str, list[Any]]:
    # In one order everywhere: two transactions that insert the same rows crosswise would wait for each other.
    rows = sorted(set(events))
    return {"ids": [row.event_id for row in rows], "chains": [row.chain for row in rows],
            "times": [row.time for row in rows], "kinds": [row.kind for row in rows]}  # fmt: skip


_EVENTS = """
SELECT * FROM unnest(%(ids)s::text[], %(chains)s::text[], %(times)s::timestamptz[], %(kinds)s::text[])
    AS e (event_id, chain, event_time, kind)
"""
# A row of no chain is one from before chains were kept.
_ADD = f"""
INSERT INTO alert_events (event_id, chain, event_time, kind)
SELECT e.* FROM ({_EVENTS}) e
WHERE NOT EXISTS (SELECT FROM alert_events known WHERE known.event_id = e.event_id AND known.chain IN (e.chain, ''))
ON CONFLICT DO NOTHING RETURNING event_id, chain, event_time
"""  # noqa: S608 - constant text
_RETRACT = f"""
INSERT INTO alert_events (event_id, chain, event_time, kind, retracted_at)
SELECT e.*, now() FROM ({_EVENTS}) e
ON CONFLICT (event_id, event_time, chain) DO UPDATE SET retracted_at = coalesce(alert_events.retracted_at, now())
"""  # noqa: S608 - constant text
