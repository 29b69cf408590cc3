"""Requests and answers of the alert routes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue, StrictFloat, StrictInt, StrictStr

from handlers.runtime import Amount, Body, Position, View
from premium.alerts.checking import trigger_of
from premium.alerts.earlier import alert_type_of, condition_of
from premium.alerts.model import Channel, DeliveryRow, DeliveryStatus, HistoryRow, RuleRow, RuleType, Trigger
from premium.alerts.service import Kept, Trial

Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$")]
Destination = Annotated[str, Field(min_length=1, max_length=2048)]
_TEMPLATE = "Text with {{field}} placeholders; the rule's type has a default"


class ConditionBody(Body):
    field: str = Field(min_length=1, max_length=256, description="A field of the rule's events (docs/alerts.md)")
    operator: Literal["gt", "gte", "lt", "lte", "eq"]
    value: StrictStr | StrictInt | StrictFloat = Field(description="A number of over 15 digits is written as a string")


class ActionBody(Body):
    type: Channel
    destination: Destination | None = Field(default=None, description="The profile's where there is none")
    template: str | None = Field(default=None, min_length=1, max_length=2000, description=_TEMPLATE)


class NewRule(Body):
    name: Name
    type: RuleType
    conditions: tuple[ConditionBody, ...] = Field(min_length=1, max_length=10, description="All must hold")
    actions: tuple[ActionBody, ...] = Field(default=(), max_length=10)
    enabled: bool = True
    cooldown_seconds: int = Field(default=0, ge=0, le=31 * 24 * 3600)
    trigger: Trigger | None = Field(default=None, description="edge for levels (price, gas, TVL), else level")
    hysteresis: Amount | None = Field(default=None, ge=0, description="In the unit of the conditions' field")


class RuleChange(Body):
    """What is given replaces what the rule has; what is left out stays."""

    name: Name | None = None
    type: RuleType | None = None
    conditions: tuple[ConditionBody, ...] | None = Field(default=None, min_length=1, max_length=10)
    actions: tuple[ActionBody, ...] | None = Field(default=None, max_length=10)
    enabled: bool | None = None
    cooldown_seconds: int | None = Field(default=None, ge=0, le=31 * 24 * 3600)
    trigger: Trigger | None = Field(default=None, description="null: the default of the rule's conditions")
    hysteresis: Amount | None = Field(default=None, ge=0, description="null: none")
    version: int | None = Field(default=None, description="Refused with CONFLICT where the rule has another by now")
    new_signing_secret: bool = False

    def changes(self) -> dict[str, Any]:
        """By the fields of a draft; null means something for trigger and hysteresis alone."""
        given = self.model_dump(include=self.model_fields_set - {"version", "new_signing_secret"})
        return {name: value for name, value in given.items() if value is not None or name in ("trigger", "hysteresis")}


class TrialBody(Body):
    event: dict[str, JsonValue] | None = Field(default=None, description="One that fits is made where there is none")
    deliver: bool = Field(default=True, description="false: judge the event, tell nobody")


class DestinationsBody(Body):
    email: Destination | None = Field(default=None, description="The profile's address where there is none")
    webhook: Destination | None = None
    push: Destination | None = None
    telegram: Destination | None = None


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


class EarlierBody(Body):
    """The earlier form; `threshold` is what its alert type says: for whale_movement `amount_usd gte threshold`."""

    name: Name
    alert_type: str = Field(max_length=64)
    channels: tuple[Channel, ...] = Field(default=(), max_length=10)
    condition: dict[str, StrictStr | StrictInt | StrictFloat] = Field(max_length=10)
    enabled: bool = True


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
