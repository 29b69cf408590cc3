"""The SQL of levels as the owner of a rule sees them.

They say whether it holds now.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from premium.alerts.language.catalogue import SERIES
from premium.alerts.language.earlier_events import in_present_form
from premium.alerts.language.evaluation import all_hold
from premium.alerts.language.rule import Rule
from premium.alerts.language.values import seconds
from premium.alerts.model import Firing

_MOST = 500
"""Series that are looked at: an asset or a protocol is on no more chains."""


def holding(connection: Connection[DictRow], rule: Rule) -> list[Mapping[str, Any]] | None:
    """Return the newest events of the rule's series for which it holds.

    None where the rule does not say which asset, chain or protocol it is about.
    """
    name = SERIES[rule.kind][-1]
    about = next((one.value for one in rule.conditions if one.field == name and one.operator == "eq"), None)
    if not isinstance(about, str):
        return None
    rows = connection.execute(_LEVELS, {"kind": rule.kind, "about": about, "most": _MOST}).fetchall()
    events = [json.loads(row["event"], parse_float=Decimal) for row in rows if row["event"] != "null"]
    return [event for event in map(in_present_form, events) if all_hold(rule.conditions, event)]


def begun(rule_id: UUID, event: Mapping[str, Any]) -> Firing:
    """Return the firing of a rule that held already, by the event that says so."""
    time = datetime.fromtimestamp(seconds(event.get("timestamp")), UTC)
    return Firing(rule_id, str(event["event_id"]), time, event)


_LEVELS = """
SELECT event FROM alert_levels WHERE kind = %(kind)s AND (series::jsonb ->> -1) = %(about)s LIMIT %(most)s
"""
