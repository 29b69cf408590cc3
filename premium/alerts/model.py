"""Rules, alerts, deliveries, batches and blocks as the service keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from premium.notifications import model as notifications

RuleType = Literal["whale", "price", "gas", "protocol_risk"]
Channel = notifications.Channel
Trigger = Literal["edge", "level"]
News = Literal["fired", "retracted"]
DeliveryStatus = notifications.DeliveryStatus


class Model(BaseModel):
    """A frozen value; a key that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Action(Model):
    """One notification of a firing.

    Without a destination it goes where the profile says when the rule fires.
    """

    type: Channel
    destination: str | None = None
    template: str | None = None
    important: bool = False
    """Tried for a day where it does not arrive, not for an hour."""


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
        """Return the part that its owner wrote."""
        return Draft(**self.model_dump(include=set(Draft.model_fields)))


@dataclass(frozen=True, slots=True)
class Firing:
    """One rule fired by one event; `event` is the event as it came."""

    rule_id: UUID
    event_id: str
    event_time: datetime
    event: Mapping[str, Any]

    @property
    def chain(self) -> str:
        """The event's chain: two chains may give events of one id."""
        return str(self.event.get("chain", ""))

    @property
    def name(self) -> tuple[UUID, str, str]:
        """What there is one of: the rule, the event's chain and its id."""
        return self.rule_id, self.chain, self.event_id


@dataclass(frozen=True, slots=True)
class Alert:
    """A history row just made, or just retracted, and the notice of it."""

    id: UUID
    event_id: str
    event_time: datetime
    rule_id: UUID
    user_id: UUID
    notice: News
    posted: notifications.PostedNotice
    chain: str = ""

    @property
    def deliveries(self) -> tuple[UUID, ...]:
        """Ids of the notice's pending deliveries."""
        return self.posted.deliveries


class AddedRule(NamedTuple):
    """A rule that was just made.

    `holds_now`: whether its conditions hold already, None where that is not known or does not matter; `alerts`: what
    it fired for that.
    """

    rule: RuleRow
    holds_now: bool | None
    alerts: tuple[Alert, ...]


class DeliveryRow(Model):
    """A delivery, with its outcome."""

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
    """An alert, its deliveries in the order of the rule's actions."""

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
    """Which alerts are wanted; `since` and `until` are the events' own times, the latter exclusive."""

    rule_id: UUID | None = None
    type: RuleType | None = None
    since: datetime | None = None
    until: datetime | None = None
    status: DeliveryStatus | None = None


class NewBatch(NamedTuple):
    """A batch to be kept: events of one shard, as JSON text."""

    id: UUID
    shard: int
    size: int
    events: str


class BatchRow(NamedTuple):
    """A batch that is ours to match.

    `matched_at` is that of all batches of the transaction.
    """

    id: UUID
    shard: int
    matched_at: datetime
    events: str
    """JSON text."""


@dataclass(frozen=True, kw_only=True)
class FailedBatch:
    """A batch that could not be matched.

    Its events stay in its row for 30 days.
    """

    id: UUID
    shard: int
    failed_at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class NewestBlock:
    """The newest block that was read of a chain, and its own time."""

    chain: str
    number: int
    time: datetime | None


@dataclass(frozen=True, slots=True)
class Block:
    """A block that has been read, and the events that it gave."""

    number: int
    hash: str
    events: Sequence[dict[str, Any]]
