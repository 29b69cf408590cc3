"""The SQL of firings: history and notices, once for each event and rule.

By the worker role, or by a rule's owner who tries it out. The caller commits and then calls `notices.enqueue_alerts`;
what is lost between the two is found by its deliveries, which are pending.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from premium.alerts import notices
from premium.alerts.language.earlier_events import in_present_form
from premium.alerts.model import Alert, Firing, News
from premium.alerts.notices import Fired
from premium.alerts.store.events import Known
from premium.entitlements import ENTITLEMENTS
from premium.notifications.model import Delivery, Notice, Permit
from premium.notifications.service import notify
from premium.storage.plain import to_json

CHUNK = 2_000
"""Firings a statement: bounds its parameters and what one error repeats."""


def record_firings(connection: Connection[DictRow], firings: Sequence[Firing], *, is_test: bool = False) -> list[Alert]:
    """Record firings, and return the alerts that are new.

    A firing seen again, or of a rule that is gone or off, makes none. Nor does one of a rule whose owner's tier has
    no alerts any more.
    """
    return [alert for chunk in _chunks(firings) for alert in _record(connection, chunk, is_test=is_test)]


def retract(connection: Connection[DictRow], events: Sequence[tuple[str, str]], now: datetime) -> list[Alert]:
    """Mark the alerts of events as retracted, and notify those who were notified.

    `events`: by id and chain; the second time, nobody is.
    """
    ordered = sorted(set(events))
    values = {"events": [one for one, _ in ordered], "chains": [chain for _, chain in ordered], "now": now}
    rows = connection.execute(_RETRACT, values).fetchall()
    return _told(
        connection, [Fired(event=in_present_form(row.pop("event_data")), **row) for row in rows], notices.retracted
    )


def withdraw(connection: Connection[DictRow], firings: Sequence[Firing], now: datetime) -> list[Alert]:
    """Mark alerts as retracted that later word shows to be none.

    Those who were notified are notified of it.
    """
    if not firings:
        return []
    rows = connection.execute(_TAKE_BACK, _named(firings) | {"now": now}).fetchall()
    return _told(connection, [Fired(event=row.pop("event_data"), **row) for row in rows], notices.withdrawn)


def revive(connection: Connection[DictRow], firings: Sequence[Firing]) -> list[Alert]:
    """Let alerts stand again that were taken back, and return them.

    They are new ones, with ids of their own: whoever was told is told once more.
    """
    if not firings:
        return []
    rows = connection.execute(_REVIVE, _named(firings)).fetchall()
    return _told(
        connection, [Fired(event=in_present_form(row.pop("event_data")), **row) for row in rows], notices.fired
    )


def permits(connection: Connection[DictRow], deliveries: Sequence[Delivery]) -> Mapping[UUID, Permit]:
    """Return the permit of each delivery, with its rule's present secret.

    Deliveries of a removed rule are refused, those to where its actions do not lead any more, and firings of one that
    is off by now, or that were taken back: who may have heard of these hears the retraction.
    """
    rules = {delivery.id: UUID(str(delivery.data["ruleId"])) for delivery in deliveries}
    known = {row["id"]: row for row in connection.execute(_RULES, (list(set(rules.values())),))}
    return {delivery.id: _permit(delivery, known.get(rules[delivery.id])) for delivery in deliveries}


def _permit(delivery: Delivery, rule: DictRow | None) -> Permit:
    if rule is None:
        return Permit(refusal="the rule was removed before this was sent")
    if delivery.kind == notices.FIRED and delivery.withdrawn_at is not None:
        return Permit(refusal="the event was taken back before this was sent")
    if rule["is_off"]:
        return Permit(refusal="an operator switched the rule off before this was sent")
    if not any(_leads_to(action, delivery) for action in rule["actions"]):
        return Permit(refusal="the rule has no such destination any more")
    # A rule that is off may be tried out; and what was told of it before is taken back.
    if delivery.kind == notices.FIRED and not rule["enabled"] and not delivery.data.get("test"):
        return Permit(refusal="the rule was switched off before this was sent")
    return Permit(rule["signing_secret"])


def _leads_to(action: Mapping[str, Any], delivery: Delivery) -> bool:
    """Say whether an action's channel and destination are the delivery's."""
    where = action.get("destination")
    is_there = delivery.of_profile if where is None else where == delivery.destination
    return action["type"] == delivery.channel and is_there


def _named(firings: Sequence[Firing]) -> dict[str, Any]:
    """The columns by which rows of the history are found."""
    return {"rules": [one.rule_id for one in firings], "events": [one.event_id for one in firings],
            "times": [one.event_time for one in firings], "chains": [one.chain for one in firings]}  # fmt: skip


def _chunks(firings: Sequence[Firing]) -> Iterator[Sequence[Firing]]:
    # In one order everywhere: two transactions that insert the same rows crosswise would wait for each other.
    ordered = sorted(firings, key=lambda firing: (firing.event_id, firing.rule_id, firing.chain))
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def _record(connection: Connection[DictRow], firings: Sequence[Firing], *, is_test: bool) -> list[Alert]:
    places: dict[Known, int] = {}
    data: list[str] = []
    for firing in firings:
        if _event_of(firing) not in places:
            places[_event_of(firing)] = len(data) + 1
            data.append(to_json(firing.event))
    values = {
        "events": [event_id for event_id, _, _ in places], "times": [time for _, _, time in places], "data": data,
        "rules": [firing.rule_id for firing in firings],
        "places": [places[_event_of(firing)] for firing in firings], "is_test": is_test,
        "tiers": [tier.value for tier, allowed in ENTITLEMENTS.items() if allowed.rules],
    }  # fmt: skip
    # Texts are made of the events as they are stored, whatever types they came with.
    events = [json.loads(text) for text in data]
    rows = connection.execute(_RECORD, values).fetchall()
    spots = [places[row["event_id"], row.pop("chain"), row["event_time"]] - 1 for row in rows]
    fired = [Fired(event=events[spot], **row) for spot, row in zip(spots, rows, strict=True)]
    return _told(connection, fired, notices.fired)


def _event_of(firing: Firing) -> Known:
    return firing.event_id, firing.chain, firing.event_time


def _told(connection: Connection[DictRow], rows: Sequence[Fired], notice_of: Callable[[Fired], Notice]) -> list[Alert]:
    """Return the alerts of these rows, each with its notice."""
    by_id = {str(row.id): row for row in rows}
    alerts = []
    for posted in notify(connection, [notice_of(row) for row in rows]):
        row = by_id[posted.key]
        news: News = "fired" if posted.kind == notices.FIRED else "retracted"
        chain = str(row.event.get("chain", ""))
        alerts.append(Alert(row.id, row.event_id, row.event_time, row.alert_rule_id, row.user_id, news, posted, chain))
    return alerts


_RECORD = """
WITH events AS (
    SELECT * FROM unnest(%(events)s::text[], %(times)s::timestamptz[], %(data)s::jsonb[])
        WITH ORDINALITY AS e (event_id, event_time, data, place)
), history AS (
    INSERT INTO alert_history (user_id, alert_rule_id, rule_name, rule_type, event_id, event_data, event_time, is_test)
    SELECT r.user_id, r.id, r.name, r.type, e.event_id, e.data, e.event_time, %(is_test)s
    FROM unnest(%(rules)s::uuid[], %(places)s::bigint[]) AS f (rule_id, place)
    JOIN events e USING (place)
    JOIN alert_rules r ON r.id = f.rule_id AND (r.enabled OR %(is_test)s)
    WHERE user_tier(r.user_id) = ANY (%(tiers)s)
      AND NOT EXISTS (SELECT FROM switched_off('rule') s WHERE s.target = r.id::text)
      AND NOT EXISTS (SELECT FROM switched_off('user') s WHERE s.target = r.user_id::text)
    ORDER BY e.event_id, r.id
    ON CONFLICT DO NOTHING
    RETURNING id, user_id, alert_rule_id, rule_name, rule_type, event_id, event_time, triggered_at,
              retracted_at, is_test, coalesce(event_data ->> 'chain', '') AS chain
)
SELECT h.*, r.actions FROM history h JOIN alert_rules r ON r.id = h.alert_rule_id
"""
_RETRACT = """
UPDATE alert_history SET retracted_at = %(now)s
WHERE event_id = ANY (%(events)s) AND retracted_at IS NULL
  AND (event_id, coalesce(event_data ->> 'chain', '')) IN (SELECT * FROM unnest(%(events)s::text[], %(chains)s::text[]))
RETURNING id, user_id, alert_rule_id, rule_name, rule_type, event_id, event_data, event_time, triggered_at,
          retracted_at, is_test
"""
_TAKE_BACK = """
UPDATE alert_history h SET retracted_at = %(now)s
FROM unnest(%(rules)s::uuid[], %(events)s::text[], %(times)s::timestamptz[], %(chains)s::text[])
         AS w (rule, event, time, chain)
WHERE h.alert_rule_id = w.rule AND h.event_id = w.event AND h.event_time = w.time
  AND coalesce(h.event_data ->> 'chain', '') = w.chain AND h.retracted_at IS NULL
RETURNING h.id, h.user_id, h.alert_rule_id, h.rule_name, h.rule_type, h.event_id, h.event_data, h.event_time,
          h.triggered_at, h.retracted_at, h.is_test
"""
_REVIVE = """
UPDATE alert_history h
SET retracted_at = NULL, id = gen_random_uuid(), triggered_at = now(), told_event_id = NULL
FROM unnest(%(rules)s::uuid[], %(events)s::text[], %(times)s::timestamptz[], %(chains)s::text[])
         AS f (rule, event, time, chain),
     alert_rules r
WHERE h.alert_rule_id = f.rule AND h.event_id = f.event AND h.event_time = f.time
  AND coalesce(h.event_data ->> 'chain', '') = f.chain AND h.retracted_at IS NOT NULL
  AND r.id = h.alert_rule_id AND r.enabled
RETURNING h.id, h.user_id, h.alert_rule_id, h.rule_name, h.rule_type, h.event_id, h.event_data, h.event_time,
          h.triggered_at, h.retracted_at, h.is_test, r.actions
"""
_RULES = """
SELECT r.id, r.signing_secret, r.enabled, r.actions, s.why IS NOT NULL AS is_off
FROM alert_rules r LEFT JOIN switched_off('rule') s ON s.target = r.id::text WHERE r.id = ANY (%s)
"""
