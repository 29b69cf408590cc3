"""Notices as their senders tell them, deliveries, and how attempts end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict

Channel = Literal["email", "push", "telegram", "webhook", "slack", "discord", "sms"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
"""In the order of a notice's deliveries that names no targets."""
DeliveryStatus = Literal["pending", "sent", "failed", "dead"]

RETRY_SECONDS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 900.0)
"""Pauses before the second, third … attempt, each up to a quarter longer; the last one repeats."""
KEPT_SECONDS = 3600
"""For so long a delivery is tried, from when it was due; the default of its column kept_seconds."""
IMPORTANT_SECONDS = 24 * 3600
"""For so long where its user marked the destination as important."""
CONFIRMED_CHANNELS = frozenset({"email", "sms"})
"""Whose addresses get nothing but a code before their owner has confirmed them."""
CONFIRMATION = "notifications.confirmation"
MAX_ATTEMPTS = 300
"""More than its pauses leave room for: each of these ended its process."""
REST_SECONDS = 5.0
"""Of a destination that fails again and again: several probes within the repeats of one delivery."""


class Model(BaseModel):
    """Base of the rows and payloads here: frozen, without unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Target:
    """A channel that a notice names, with a destination or without.

    Without one it is the user's own destination of that channel.
    """

    channel: Channel
    destination: str | None = None
    text: str | None = None
    """In place of the notice's text."""
    important: bool = False
    """Try it for a day where it does not arrive, not for an hour."""


class StreamMessage(Model):
    """A message for the user's open pages: `{"type", "data"}` on a stream channel."""

    channel: str
    type: str
    data: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """Something to tell a user, once for each kind and key.

    Without `targets` it is listed in the app and goes to all of the user's destinations; with them to these alone.
    """

    user: UUID
    kind: str
    """A kind that the sender's manifest declares: `alerts.fired`."""
    key: str
    """The sender's own name for it, at most 300 characters."""
    title: str
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)
    """What a webhook gets beside the text, as JSON; with a `type` of its own it is the whole body."""
    targets: tuple[Target, ...] | None = None
    withdraws: tuple[str, str] | None = None
    """Kind and key of the notice that this one takes back: it goes where that one went, which is not sent again."""
    stream: StreamMessage | None = None
    """What open pages hear, in place of the message on the stream channel `notices`."""


class PostedNotice(BaseModel):
    """A notice that was just kept, with its pending deliveries.

    Also what a job on the queue names.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    user_id: UUID
    kind: str = ""
    key: str = ""
    deliveries: tuple[UUID, ...] = ()
    stream: StreamMessage | None = None


class NoticeRow(Model):
    """A notice as the app lists it."""

    id: UUID
    kind: str
    title: str
    text: str
    data: Mapping[str, Any]
    read_at: datetime | None
    withdrawn_at: datetime | None
    created_at: datetime


class DeliveryRow(Model):
    """What became of one delivery; `kind` and `key` are its notice's."""

    id: UUID
    kind: str
    key: str
    channel: Channel
    destination: str | None
    status: DeliveryStatus
    attempts: int
    last_error: str | None
    next_attempt_at: datetime | None
    ended_at: datetime | None


class EndedNotice(Model):
    """A notice none of whose deliveries is pending, as its sender hears of it."""

    user_id: UUID
    kind: str
    key: str
    deliveries: tuple[DeliveryRow, ...]

    @property
    def arrived(self) -> bool:
        """Whether at least one destination accepted it."""
        return any(delivery.status == "sent" for delivery in self.deliveries)


class UnsentDelivery(Model):
    """A delivery as operators see it."""

    id: UUID
    user_id: UUID
    kind: str
    key: str
    channel: Channel
    destination: str
    status: DeliveryStatus
    attempts: int
    created_at: datetime
    ended_at: datetime | None
    next_attempt_at: datetime | None
    """Of a pending one; while an attempt is under way, when it counts as lost."""
    error: str | None
    """What the user is shown, too."""


class Delivery(Model):
    """One claimed attempt at a delivery, with what it tells."""

    id: UUID
    user_id: UUID
    notice_id: UUID
    kind: str
    key: str
    title: str
    text: str
    data: Mapping[str, Any]
    channel: Channel
    destination: str
    attempts: int
    """This one included: it fences what the attempt writes."""
    seconds_left: float
    """Until its time is over, whatever it waits for."""
    kept_seconds: int = KEPT_SECONDS
    """Its time in all."""
    of_profile: bool = False
    """Whether its notice named no destination."""
    signing_secret: str | None = None
    refusal: str | None = None
    """Why the sender lets it go no more."""
    withdrawn_at: datetime | None = None
    """When a later notice took it back, before it arrived."""
    is_held_back: bool = False
    """Whether its sender failed to say: it is not tried this time."""

    @property
    def age(self) -> float:
        """Seconds since it was first due, or sent again by an operator."""
        return self.kept_seconds - self.seconds_left


class AskedCode(Model):
    """What becomes of a wish for a code."""

    is_confirmed: bool
    """The address needs none."""
    is_known: bool
    """One was asked for before."""
    wait_seconds: int
    """Before another may be asked for; 0: now."""
    is_sent: bool
    """False where all users together have asked for too many to this address."""


class DueDelivery(NamedTuple):
    """A delivery that waits to be claimed."""

    id: UUID
    user_id: UUID
    next_attempt_at: datetime


class Permit(NamedTuple):
    """A sender's word on an attempt.

    The secret that signs its webhook, or why it may not be made.
    """

    signing_secret: str | None = None
    refusal: str | None = None
    data: Mapping[str, Any] | None = None
    """In place of the notice's, where that is not so any more."""
    text: str | None = None
    """In place of the notice's, where it is kept nowhere."""

    @property
    def changes(self) -> Mapping[str, Any]:
        """What the sender's word makes of a delivery."""
        said = {"signing_secret": self.signing_secret, "refusal": self.refusal, "data": self.data, "text": self.text}
        return {name: value for name, value in said.items() if value is not None}


class End(StrEnum):
    """What an attempt makes of its delivery."""

    SENT = "sent"
    FAILED = "failed"
    """Refused for good."""
    RETRY = "retry"
    """Once more after a pause, until its time is over: then it is dead."""
    PUT_OFF = "put_off"
    """Never tried: too many wait for this destination. Counts as no attempt."""
    LIMITED = "limited"
    """The destination asked us to wait (429, Retry-After). Counts as no attempt."""
    RESTING = "resting"
    """Never tried: the destination failed too often and is left alone for now. Counts as no attempt."""

    @property
    def is_untried(self) -> bool:
        """Whether it counts as no attempt."""
        return self in (End.PUT_OFF, End.LIMITED, End.RESTING)


class Outcome(NamedTuple):
    """How an attempt ended.

    `error` is shown to the user: it names no secret and no address of ours.
    """

    delivery: Delivery
    end: End
    error: str | None = None
    wait: float | None = None
    """Seconds that the destination asked for."""

    @property
    def is_given_up(self) -> bool:
        """Whether nothing more is sent: refused, or its time is over."""
        if self.end in (End.SENT, End.FAILED):
            return self.end is End.FAILED
        return self.delivery.seconds_left <= 0 or self.delivery.attempts > MAX_ATTEMPTS
