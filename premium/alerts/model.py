"""Rules, alerts and deliveries as the service keeps and shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from premium.notifications.model import Channel, DeliveryStatus
from premium.tiers import Tier

RuleType = Literal["whale", "price", "gas", "protocol_risk"]
Trigger = Literal["edge", "level"]

RULES_A_TIER: Mapping[Tier, int] = MappingProxyType(
    {Tier.FREE: 0, Tier.STARTER: 100, Tier.PRO: 1_000, Tier.ENTERPRISE: 10_000}
)
"""How many rules a user may keep, those that are switched off included."""


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Action(Model):
    """One notification of a firing; without a destination it goes where the profile says when the rule fires."""

    type: Channel
    destination: str | None = None
    template: str | None = None


class Draft(Model):
    """A rule as its owner writes it."""

    name: str
    type: RuleType
    conditions: tuple[Mapping[str, Any], ...]
    actions: tuple[Action, ...] = ()
    enabled: bool = True
    cooldown_seconds: int = 0
    trigger: Trigger | None = None
    hysteresis: Decimal | None = None
    """In the unit of the conditions' field."""


class RuleRow(Draft):
    """A rule as it is kept."""

    id: UUID
    version: int
    created_at: datetime
    updated_at: datetime

    def draft(self) -> Draft:
        return Draft(**self.model_dump(include=set(Draft.model_fields)))


class DeliveryRow(Model):
    """What became of one notification."""

    id: UUID
    notice: Literal["fired", "retracted"]
    channel: Channel
    destination: str | None
    status: DeliveryStatus
    attempts: int
    last_error: str | None
    next_attempt_at: datetime | None
    ended_at: datetime | None


class HistoryRow(Model):
    """One firing, its deliveries in the order of the rule's actions."""

    id: UUID
    alert_rule_id: UUID
    rule_name: str
    rule_type: RuleType
    event_id: str
    event_data: Mapping[str, Any]
    event_time: datetime
    triggered_at: datetime
    retracted_at: datetime | None
    is_test: bool
    deliveries: tuple[DeliveryRow, ...]


class HistoryFilter(Model):
    """Which alerts; `since` and `until` are the events' own times, the latter exclusive."""

    rule_id: UUID | None = None
    type: RuleType | None = None
    since: datetime | None = None
    until: datetime | None = None
    status: DeliveryStatus | None = None
