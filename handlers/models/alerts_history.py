"""Views of alerts: what fired, and what became of each notification."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field, JsonValue

from handlers.runtime import Position, View
from premium.alerts.language.earlier_events import in_present_form
from premium.alerts.language.event import MAX_EVENT_BYTES
from premium.alerts.language.templates import text_of
from premium.alerts.model import Channel, DeliveryRow, DeliveryStatus, HistoryRow, RuleType

MAX_SHOWN_EVENT = 6 * MAX_EVENT_BYTES
"""Characters of an event in an answer, in which each byte may take six."""
MAX_SHOWN_FIELD, MAX_SHOWN_FIELDS = 1_000, 100


class DeliveryView(View):
    """A delivery of an alert."""

    id: UUID
    """The delivery's id."""
    notice: Literal["fired", "retracted"]
    """What is told: that it fired, or that it was taken back."""
    channel: Channel
    """Over which channel."""
    destination: str | None = Field(description="Where to", examples=["ada@example.org"])
    status: DeliveryStatus
    """`dead`: the attempts are used up."""
    attempts: int
    """Tries so far."""
    last_error: str | None = Field(description="Why the last try failed", examples=["the destination answered 500"])
    next_attempt_at: datetime | None
    """When it is tried again."""
    ended_at: datetime | None
    """When it was sent or given up."""


class AlertView(View):
    """An alert and its deliveries."""

    id: UUID
    """The alert's id."""
    rule_id: UUID
    """The rule that it met."""
    rule_name: str = Field(description="The rule's name at that time", examples=["Whales on ethereum"])
    type: RuleType
    """What the rule watches."""
    event_id: str = Field(description="The event's own id", examples=["ethereum:19000000:12"])
    message: str = Field(
        description="What was told, where the action has no template of its own",
        examples=["Whales: 12.5 ETH ($43,891.07) moved on ethereum"],
    )
    event: Mapping[str, JsonValue] = Field(
        description="The event as it was matched, by the names of its fields (docs/alerts.md)",
        examples=[
            {"event_id": "ethereum:19000000:12", "kind": "transfer", "chain": "ethereum", "amount_usd": "1250000"}
        ],
    )
    event_time: datetime
    """When the event happened."""
    triggered_at: datetime
    """When the rule fired."""
    retracted_at: datetime | None
    """When a reorganisation took the event back."""
    is_test: bool
    """It was a trial of the rule."""
    deliveries: tuple[DeliveryView, ...]
    """What became of each notification."""


class AlertPosition(Position):
    """The last alert of a page."""

    event_time: datetime
    id: UUID


def alert_view(row: HistoryRow) -> AlertView:
    """Return the view of an alert with its deliveries."""
    named = row.model_dump(exclude={"alert_rule_id", "rule_type", "event_data", "deliveries"})
    return AlertView(
        rule_id=row.alert_rule_id,
        type=row.rule_type,
        message=_message(row),
        event=_bounded(in_present_form(row.event_data)),
        deliveries=tuple(map(_delivery_view, row.deliveries)),
        **named,
    )


def _bounded(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an event as it may be shown.

    Of one that is larger than any event may be now, the short fields.
    """
    if len(json.dumps(event, default=str)) <= MAX_SHOWN_EVENT:
        return event
    short = {name: value for name, value in event.items() if len(json.dumps(value, default=str)) <= MAX_SHOWN_FIELD}
    return {**dict(list(short.items())[:MAX_SHOWN_FIELDS]), "truncated": True}


def _message(row: HistoryRow) -> str:
    return text_of(
        None, in_present_form(row.event_data), rule_name=row.rule_name, rule_type=row.rule_type, alert_id=row.id,
        retracted=row.retracted_at is not None,
    )  # fmt: skip


def _delivery_view(row: DeliveryRow) -> DeliveryView:
    return DeliveryView.model_validate(row.model_dump())
