"""Requests and answers of the alert routes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, JsonValue, StrictBool

from handlers.runtime import Amount, Body, ExactJson, Number, Position, View, Whole
from premium.alerts.language.drafts import trigger_of
from premium.alerts.model import Channel, DeliveryRow, DeliveryStatus, HistoryRow, RuleRow, RuleType, Trigger
from premium.alerts.service import SavedRule, Trial

Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$")]
Destination = Annotated[str, Field(min_length=1, max_length=2048)]
_TEMPLATE = "Text with {{field}} placeholders; the rule's type has a default"


class ConditionBody(Body):
    """One condition of a rule."""

    field: str = Field(min_length=1, max_length=256, description="A field of the rule's events (docs/alerts.md)")
    operator: Literal["gt", "gte", "lt", "lte", "eq"]
    value: Number = Field(description="Exact, whether it is written as a JSON number or as a string")


class ActionBody(Body):
    """One notification of a rule."""

    type: Channel
    destination: Destination | None = Field(default=None, description="The profile's where there is none")
    template: str | None = Field(default=None, min_length=1, max_length=2000, description=_TEMPLATE)


class NewRule(Body):
    """A rule to create."""

    name: Name
    type: RuleType
    conditions: tuple[ConditionBody, ...] = Field(min_length=1, max_length=10, description="All must hold")
    actions: tuple[ActionBody, ...] = Field(default=(), max_length=10)
    enabled: StrictBool = True
    cooldown_seconds: Whole = Field(default=0, ge=0, le=31 * 24 * 3600)
    trigger: Trigger | None = Field(default=None, description="edge for levels (price, gas, TVL), else level")
    hysteresis: Amount | None = Field(default=None, ge=0, description="In the unit of the conditions' field")


class RuleChange(Body):
    """Changes of a rule; a field that is left out stays."""

    name: Name | None = None
    type: RuleType | None = None
    conditions: tuple[ConditionBody, ...] | None = Field(default=None, min_length=1, max_length=10)
    actions: tuple[ActionBody, ...] | None = Field(default=None, max_length=10)
    enabled: StrictBool | None = None
    cooldown_seconds: Whole | None = Field(default=None, ge=0, le=31 * 24 * 3600)
    trigger: Trigger | None = Field(default=None, description="null: the default of the rule's conditions")
    hysteresis: Amount | None = Field(default=None, ge=0, description="null: none")
    version: Whole | None = Field(default=None, description="Refused with CONFLICT where the rule has another by now")
    new_signing_secret: StrictBool = False

    def changes(self) -> dict[str, Any]:
        """Return the given fields of a draft.

        null has a meaning for trigger and hysteresis alone.
        """
        given = self.model_dump(include=self.model_fields_set - {"version", "new_signing_secret"})
        return {name: value for name, value in given.items() if value is not None or name in ("trigger", "hysteresis")}


class TrialBody(Body):
    """The event and options of a rule's trial."""

    event: dict[str, ExactJson] | None = Field(default=None, description="One that fits is made where there is none")
    deliver: StrictBool = Field(default=True, description="false: judge the event, tell nobody")


class DestinationsBody(Body):
    """A user's destinations."""

    email: Destination | None = Field(default=None, description="The profile's address where there is none")
    webhook: Destination | None = None
    push: Destination | None = None
    telegram: Destination | None = None


class ConditionView(View):
    """One condition of a rule."""

    field: str
    operator: str
    value: JsonValue


class ActionView(View):
    """One notification of a rule."""

    type: Channel
    destination: str | None
    template: str | None


class RuleView(View):
    """A rule."""

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
    """A rule that was just created or changed."""

    signing_secret: str | None = Field(description="Of this rule's webhooks; shown once, when it is made")

    def remembered(self) -> KeptRuleView:
        """Return the answer without its secret, as repeated requests get it."""
        return self.model_copy(update={"signing_secret": None})


class DeliveryView(View):
    """A delivery of an alert."""

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
    """An alert and its deliveries."""

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
    """A condition in a trial."""

    field: str
    operator: str
    holds: bool


class TrialView(View):
    """The outcome of a trial."""

    matches: bool
    conditions: tuple[TriedConditionView, ...]
    event: Mapping[str, JsonValue]
    alert_id: UUID | None = Field(description="In the history, where its deliveries show their status")
    deliveries: tuple[UUID, ...]


class DestinationsView(View):
    """A user's destinations."""

    email: str | None = None
    webhook: str | None = None
    push: str | None = None
    telegram: str | None = None


class KeptDestinationsView(DestinationsView):
    """Destinations that were just kept."""

    signing_secret: str | None = Field(
        description="Of notices to the webhook that are not a rule's; shown once, when it is made"
    )

    def remembered(self) -> KeptDestinationsView:
        """Return the answer without its secret, as it is kept for repeated requests."""
        return self.model_copy(update={"signing_secret": None})


class RulePosition(Position):
    """The last rule of a page."""

    created_at: datetime
    id: UUID


class AlertPosition(Position):
    """The last alert of a page."""

    event_time: datetime
    id: UUID


def rule_view(row: RuleRow) -> RuleView:
    """Return the view of a rule."""
    return RuleView.model_validate(row.model_dump() | {"trigger": trigger_of(row)})


def saved_view(saved: SavedRule) -> KeptRuleView:
    """Return a rule that was just saved, with its new secret."""
    return KeptRuleView(signing_secret=saved.signing_secret, **rule_view(saved.rule).model_dump(by_alias=False))


def alert_view(row: HistoryRow) -> AlertView:
    """Return the view of an alert with its deliveries."""
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
    """Return the view of a trial's outcome."""
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
