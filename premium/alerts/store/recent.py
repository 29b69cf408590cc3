"""The SQL of recent events, on which rules are tried."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from premium.storage.postgres import Database

_BLOCKS = 64
"""Of a chain, the newest: on a busy one some minutes."""
_SERIES = 1_000


class RecentEvents:
    """The newest events of chains and markets, which are nobody's own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(
        self, kind: str, equal: Mapping[str, str], fits: Callable[[Mapping[str, Any]], bool]
    ) -> Mapping[str, Any] | None:
        """Return the newest event of a kind that fits; None where there is none.

        `equal` narrows what is looked at: chain, asset, protocol, from, to.
        """
        values = {name: equal.get(name) for name in ("chain", "asset", "protocol", "from", "to")}
        with self._database.transaction() as connection:
            if kind == "transfer":
                rows = connection.execute(_TRANSFERS, values | {"blocks": _BLOCKS}).fetchall()
            else:
                rows = connection.execute(_LEVELS, values | {"kind": kind, "most": _SERIES}).fetchall()
        # As text: exact, and JSON again for who is shown it.
        events = [json.loads(row["event"], parse_float=str) for row in rows]
        return max((event for event in events if fits(event)), key=lambda event: str(event["timestamp"]), default=None)


_TRANSFERS = """
SELECT newest.event FROM (
    SELECT DISTINCT chain FROM chain_blocks WHERE %(chain)s::text IS NULL OR chain = %(chain)s
) AS chains
CROSS JOIN LATERAL (
    SELECT e.event::text AS event
    FROM (
        SELECT number, events FROM chain_blocks of WHERE of.chain = chains.chain ORDER BY number DESC LIMIT %(blocks)s
    ) b
    CROSS JOIN LATERAL json_array_elements(b.events::json) WITH ORDINALITY AS e (event, place)
    WHERE e.event ->> 'kind' = 'transfer'
      AND (%(asset)s::text IS NULL OR e.event ->> 'asset' = %(asset)s)
      AND (%(from)s::text IS NULL OR lower(e.event ->> 'from') = lower(%(from)s))
      AND (%(to)s::text IS NULL OR lower(e.event ->> 'to') = lower(%(to)s))
    ORDER BY b.number DESC, e.place DESC LIMIT 1
) AS newest
"""
# The series is the JSON list of the fields that name it: what it holds is found without reading each event.
_LEVELS = """
SELECT event FROM alert_levels
WHERE kind = %(kind)s AND event <> 'null'
  AND (%(asset)s::text IS NULL OR position(to_json(%(asset)s::text)::text IN series) > 0)
  AND (%(protocol)s::text IS NULL OR position(to_json(%(protocol)s::text)::text IN series) > 0)
LIMIT %(most)s
"""
