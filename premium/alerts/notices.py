"""The notices of alerts: of a firing and of a retraction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from premium.alerts.language.templates import WITHDRAWN, text_of
from premium.alerts.model import Alert
from premium.clock import rfc3339
from premium.notifications.model import Channel, Notice, StreamMessage, Target
from premium.notifications.service import enqueue_deliveries

if TYPE_CHECKING:
    from redis import Redis

FIRED = "alerts.fired"
RETRACTED = "alerts.retracted"
KINDS = (FIRED, RETRACTED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fired:
    """An alert with what its notice needs.

    `event` is JSON, `actions` are its rule's.
    """

    id: UUID
    user_id: UUID
    alert_rule_id: UUID
    rule_name: str
    rule_type: str
    event_id: str
    event: Mapping[str, Any]
    event_time: datetime
    triggered_at: datetime
    retracted_at: datetime | None
    is_test: bool
    actions: Sequence[Mapping[str, Any]] = ()


def fired(alert: Fired) -> Notice:
    """Return the notice of a firing, with a target for each action of the rule."""
    targets = tuple(_target(alert, **action) for action in alert.actions)
    text = _text(alert, None)
    return Notice(
        user=alert.user_id, kind=FIRED, key=str(alert.id), title=_title(alert), text=text, data=_data(alert, "alert"),
        targets=targets, stream=_message(alert, text),
    )  # fmt: skip


def retracted(alert: Fired) -> Notice:
    """Return the notice of a retraction, which goes where the firing's went."""
    text = _text(alert, None, retracted=True)
    return Notice(
        user=alert.user_id, kind=RETRACTED, key=str(alert.id), title=_title(alert, "Retracted: "), text=text,
        data=_data(alert, "alert.retracted"), withdraws=(FIRED, str(alert.id)),
        stream=_message(alert, text, {"retracted": True}),
    )  # fmt: skip


def withdrawn(alert: Fired) -> Notice:
    """Return the notice of an alert that later word shows to be none.

    As a retraction, with another text.
    """
    notice = retracted(alert)
    text = text_of(WITHDRAWN, alert.event, rule_name=alert.rule_name, rule_type=alert.rule_type, alert_id=alert.id)
    return replace(notice, text=text, stream=_message(alert, text, {"retracted": True}))


def enqueue_alerts(redis: Redis, alerts: Sequence[Alert]) -> int:
    """Enqueue the notices of committed alerts; return how many jobs."""
    return enqueue_deliveries(redis, [alert.posted for alert in alerts])


def _target(
    alert: Fired,
    *,
    type: Channel,  # noqa: A002 - the action's own word
    destination: str | None = None,
    template: str | None = None,
    important: bool = False,
) -> Target:
    return Target(type, destination, _text(alert, template) if template else None, important)


def _title(alert: Fired, news: str = "") -> str:
    return f"{'[test] ' if alert.is_test else ''}{news}{alert.rule_name}"


def _text(alert: Fired, template: str | None, *, retracted: bool = False) -> str:
    return text_of(
        template, alert.event, rule_name=alert.rule_name, rule_type=alert.rule_type, alert_id=alert.id,
        retracted=retracted,
    )  # fmt: skip


def _data(alert: Fired, news: str) -> Mapping[str, Any]:
    """Return the webhook's body, without the delivery's id and message."""
    return {
        "type": news, "alertId": alert.id, "ruleId": alert.alert_rule_id, "ruleName": alert.rule_name,
        "ruleType": alert.rule_type, "eventId": alert.event_id, "eventTime": rfc3339(alert.event_time),
        "triggeredAt": rfc3339(alert.triggered_at), "test": alert.is_test, "event": alert.event,
        "retractedAt": rfc3339(alert.retracted_at) if alert.retracted_at else None,
    }  # fmt: skip


def _message(alert: Fired, text: str, more: Mapping[str, Any] | None = None) -> StreamMessage:
    data = {"alertId": str(alert.id), "ruleId": str(alert.alert_rule_id), "message": text,
            "timestamp": rfc3339(alert.triggered_at)}  # fmt: skip
    return StreamMessage(channel="alerts", type="alert", data=data | dict(more or {}))
