"""Answers of the alert routes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue

from handlers.runtime import Amount, Position, View
from premium.alerts.checking import trigger_of
from premium.alerts.earlier import alert_type_of, condition_of
from premium.alerts.model import DeliveryRow, HistoryRow, RuleRow, RuleType, Trigger
from premium.alerts.service import Kept, Trial
from premium.notifications.model import Channel, DeliveryStatus


class ConditionView(View):
    field: str
    operator: str
    value: JsonValue


class ActionView(View):
    type: Channel
    destination: str | None
    template: str | None


class RuleView(View):
    id: UUID
    name: str
    type: RuleType
    conditions: tuple[ConditionView, ...]
    actions: tuple[ActionView, ...]
    enabled: bool
    cooldown_seconds: int
    trigger: Trigger
    hysteresis: Amount | None
    version: int
    created_at: datetime
    updated_at: datetime


class KeptRuleView(RuleView):
    signing_secret: str | None = Field(description="Of this rule's webhooks; shown once, when it is made")

    def remembered(self) -> KeptRuleView:
        return self.model_copy(update={"signing_secret": None})


class DeliveryView(View):
    id: UUID
    notice: Literal["fired", "retracted"]
    channel: Channel
    destination: str | None
    status: DeliveryStatus
    attempts: int
    last_error: str | None
    next_attempt_at: datetime | None
    ended_at: datetime | None


class AlertView(View):
    id: UUID
    rule_id: UUID
    rule_name: str
    type: RuleType
    event_id: str
    event: Mapping[str, JsonValue]
    event_time: datetime
    triggered_at: datetime
    retracted_at: datetime | None
    is_test: bool
    deliveries: tuple[DeliveryView, ...]


class TriedConditionView(View):
    field: str
    operator: str
    holds: bool


class TrialView(View):
    matches: bool
    conditions: tuple[TriedConditionView, ...]
    event: Mapping[str, JsonValue]
    alert_id: UUID | None = Field(description="In the history, where its deliveries show their status")
    deliveries: tuple[UUID, ...]


class DestinationsView(View):
    email: str | None = None
    webhook: str | None = None
    push: str | None = None
    telegram: str | None = None


class EarlierView(View):
    """Snake case inside and outside, as this form always was."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=None)

    id: UUID
    name: str
    alert_type: str
    channels: tuple[Channel, ...]
    condition: Mapping[str, JsonValue]
    enabled: bool
    created_at: datetime
    updated_at: datetime


class RulePosition(Position):
    created_at: datetime
    id: UUID


class AlertPosition(Position):
    event_time: datetime
    id: UUID


def rule_view(row: RuleRow) -> RuleView:
    return RuleView.model_validate(row.model_dump() | {"trigger": trigger_of(row)})


def kept_view(kept: Kept) -> KeptRuleView:
    return KeptRuleView(signing_secret=kept.signing_secret, **rule_view(kept.rule).model_dump(by_alias=False))


def alert_view(row: HistoryRow) -> AlertView:
    named = row.model_dump(exclude={"alert_rule_id", "rule_type", "event_data", "deliveries"})
    return AlertView(
        rule_id=row.alert_rule_id,
        type=row.rule_type,
        event=row.event_data,
        deliveries=tuple(map(_delivery_view, row.deliveries)),
        **named,
    )


def _delivery_view(row: DeliveryRow) -> DeliveryView:
    return DeliveryView.model_validate(row.model_dump())


def trial_view(trial: Trial) -> TrialView:
    judged = (
        TriedConditionView(field=one.condition.field, operator=one.condition.operator, holds=one.holds)
        for one in trial.verdicts
    )
    return TrialView(
        matches=trial.matches,
        conditions=tuple(judged),
        event=trial.event,
        alert_id=trial.alert.id if trial.alert else None,
        deliveries=trial.alert.deliveries if trial.alert else (),
    )


def earlier_view(row: RuleRow) -> EarlierView:
    return EarlierView(
        alert_type=alert_type_of(row),
        channels=tuple(dict.fromkeys(action.type for action in row.actions)),
        condition=condition_of(row),
        **row.model_dump(include={"id", "name", "enabled", "created_at", "updated_at"}),
    )
