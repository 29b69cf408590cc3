"""The SQL by which the worker moves alerts to earlier events, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from premium.alerts.model import Firing
from premium.alerts.shards.moves import Move
from premium.storage.plain import to_json

_REACH = timedelta(minutes=10)
"""So far back an alert moves at most: what is later than this fires no edge."""


def move(connection: Connection[DictRow], moves: Sequence[Move]) -> set[tuple[UUID, str, str]]:
    """Give alerts another event; return the names of the firings that they are now.

    They stay what they are, with their notices: nobody is told. An alert of a rule that rested is none.
    """
    if not moves:
        return set()
    values = {
        "rules": [one.was.rule_id for one in moves],
        "events": [one.was.event_id for one in moves], "times": [one.was.event_time for one in moves],
        "chains": [one.was.chain for one in moves], "new_chains": [one.now.chain for one in moves],
        "new_events": [one.now.event_id for one in moves], "new_times": [one.now.event_time for one in moves],
        "data": [to_json(one.now.event) for one in moves],
    }  # fmt: skip
    rows = connection.execute(_MOVE, values).fetchall()
    return {(row["alert_rule_id"], row["chain"], row["event_id"]) for row in rows}


def told_of(connection: Connection[DictRow], firings: Sequence[Firing]) -> list[Firing]:
    """Give alerts back the events that were told, where these fire after all.

    Return what is still to be told: the firings, and in place of each that an alert was told of the one that this alert
    had moved to. So nobody hears of one event twice and never of the other.
    """
    left, asked = list(firings), list(firings)
    while asked:
        values = {
            "rules": [one.rule_id for one in asked], "events": [one.event_id for one in asked],
            "times": [one.event_time for one in asked], "data": [to_json(one.event) for one in asked],
            "chains": [one.chain for one in asked], "reach": _REACH,
        }  # fmt: skip
        rows = connection.execute(_MOVE_BACK, values).fetchall()
        told = {(row["alert_rule_id"], row["chain"], row["event_id"]) for row in rows}
        asked = [_stood_for(row) for row in rows]
        left = [one for one in left if one.name not in told] + asked
    return left


def _stood_for(row: DictRow) -> Firing:
    event = json.loads(row["stood_for_data"], parse_float=Decimal)
    return Firing(row["alert_rule_id"], row["stood_for"], row["stood_for_time"], event)


_MOVE = """
UPDATE alert_history h
SET event_id = m.new_event, event_time = m.new_time, event_data = m.data,
    told_event_id = nullif(coalesce(h.told_event_id, h.event_id), m.new_event)
FROM unnest(%(rules)s::uuid[], %(events)s::text[], %(times)s::timestamptz[], %(new_events)s::text[],
            %(new_times)s::timestamptz[], %(data)s::jsonb[], %(chains)s::text[], %(new_chains)s::text[])
         AS m (rule, event, time, new_event, new_time, data, chain, new_chain)
WHERE h.alert_rule_id = m.rule AND h.event_id = m.event AND h.event_time = m.time
  AND coalesce(h.event_data ->> 'chain', '') = m.chain AND h.retracted_at IS NULL
  AND NOT EXISTS (SELECT FROM alert_history o
                  WHERE o.event_id = m.new_event AND o.alert_rule_id = m.rule AND o.event_time = m.new_time
                    AND coalesce(o.event_data ->> 'chain', '') = m.new_chain)
RETURNING h.alert_rule_id, h.event_id, m.new_chain AS chain
"""
_MOVE_BACK = """
UPDATE alert_history h
SET event_id = f.event, event_time = f.time, event_data = f.data, told_event_id = NULL
FROM unnest(%(rules)s::uuid[], %(events)s::text[], %(times)s::timestamptz[], %(data)s::jsonb[],
            %(chains)s::text[]) AS f (rule, event, time, data, chain),
     alert_history was
WHERE was.alert_rule_id = f.rule AND was.told_event_id = f.event AND was.retracted_at IS NULL
  AND coalesce(was.event_data ->> 'chain', '') = f.chain
  AND was.event_time BETWEEN f.time - %(reach)s::interval AND f.time
  AND h.id = was.id AND h.event_time = was.event_time
  AND NOT EXISTS (SELECT FROM alert_history o
                  WHERE o.event_id = f.event AND o.alert_rule_id = f.rule AND o.event_time = f.time
                    AND coalesce(o.event_data ->> 'chain', '') = f.chain)
RETURNING h.alert_rule_id, h.event_id, f.chain, was.event_id AS stood_for, was.event_time AS stood_for_time,
          was.event_data::text AS stood_for_data
"""
