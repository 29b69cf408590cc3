"""Requests of the alert routes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StrictBool

from handlers.runtime import Amount, Body, ExactJson, Number, Whole
from premium.alerts.earlier import AlertType
from premium.alerts.model import RuleType, Trigger
from premium.notifications.model import Channel

Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$")]
Destination = Annotated[str, Field(min_length=1, max_length=2048)]
_TEMPLATE = "Text with {{field}} placeholders; the rule's type has a default"


class ConditionBody(Body):
    field: str = Field(min_length=1, max_length=256, description="A field of the rule's events (docs/alerts.md)")
    operator: Literal["gt", "gte", "lt", "lte", "eq"]
    value: Number = Field(description="Exact, whether it is written as a JSON number or as a string")


class ActionBody(Body):
    type: Channel
    destination: Destination | None = Field(default=None, description="The profile's where there is none")
    template: str | None = Field(default=None, min_length=1, max_length=2000, description=_TEMPLATE)


class NewRule(Body):
    name: Name
    type: RuleType
    conditions: tuple[ConditionBody, ...] = Field(min_length=1, max_length=10, description="All must hold")
    actions: tuple[ActionBody, ...] = Field(default=(), max_length=10)
    enabled: StrictBool = True
    cooldown_seconds: Whole = Field(default=0, ge=0, le=31 * 24 * 3600)
    trigger: Trigger | None = Field(default=None, description="edge for levels (price, gas, TVL), else level")
    hysteresis: Amount | None = Field(default=None, ge=0, description="In the unit of the conditions' field")


class RuleChange(Body):
    """What is given replaces what the rule has; what is left out stays."""

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
        """By the fields of a draft; null means something for trigger and hysteresis alone."""
        given = self.model_dump(include=self.model_fields_set - {"version", "new_signing_secret"})
        return {name: value for name, value in given.items() if value is not None or name in ("trigger", "hysteresis")}


class TrialBody(Body):
    event: dict[str, ExactJson] | None = Field(default=None, description="One that fits is made where there is none")
    deliver: StrictBool = Field(default=True, description="false: judge the event, tell nobody")


class DestinationsBody(Body):
    email: Destination | None = Field(default=None, description="The profile's address where there is none")
    webhook: Destination | None = None
    push: Destination | None = None
    telegram: Destination | None = None


class EarlierBody(Body):
    """The earlier form, in snake case; `threshold` is what its alert type says: whale_movement's `amount_usd gte`."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=None)

    name: Name
    alert_type: AlertType
    channels: tuple[Channel, ...] = Field(default=(), max_length=10)
    condition: dict[str, Number] = Field(max_length=10)
    enabled: StrictBool = True
