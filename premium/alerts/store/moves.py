"""The SQL of alerts that move to an earlier event. By the worker role."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from premium.alerts.shards.moves import Move
from premium.storage.plain import to_json


def move(connection: Connection[DictRow], moves: Sequence[Move]) -> set[tuple[UUID, str]]:
    """Give alerts another event; return the rules and events of those that there were.

    They stay what they are, with their notices: nobody is told. An alert of a rule that rested is none.
    """
    if not moves:
        return set()
    values = {
        "rules": [one.was.rule_id for one in moves],
        "events": [one.was.event_id for one in moves], "times": [one.was.event_time for one in moves],
        "new_events": [one.now.event_id for one in moves], "new_times": [one.now.event_time for one in moves],
        "data": [to_json(one.now.event) for one in moves],
    }  # fmt: skip
    rows = connection.execute(_MOVE, values).fetchall()
    return {(row["alert_rule_id"], row["event_id"]) for row in rows}


_MOVE = """
UPDATE alert_history h SET event_id = m.new_event, event_time = m.new_time, event_data = m.data
FROM unnest(%(rules)s::uuid[], %(events)s::text[], %(times)s::timestamptz[], %(new_events)s::text[],
            %(new_times)s::timestamptz[], %(data)s::jsonb[]) AS m (rule, event, time, new_event, new_time, data)
WHERE h.alert_rule_id = m.rule AND h.event_id = m.event AND h.event_time = m.time AND h.retracted_at IS NULL
  AND NOT EXISTS (SELECT FROM alert_history o
                  WHERE o.event_id = m.new_event AND o.alert_rule_id = m.rule AND o.event_time = m.new_time)
RETURNING h.alert_rule_id, h.event_id
"""
