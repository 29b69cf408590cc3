"""A notification on its way, and how an attempt at it ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from premium.alerts.model import Channel, RuleType
from premium.jobs.model import RETRY_SECONDS
from premium.notifications.templates import text_of

MAX_ATTEMPTS = 1 + len(RETRY_SECONDS)
"""The first and five repeats, before which it waits 1, 2, 4, 8, 16 s and a little more."""
KEPT_SECONDS = 3600
"""For so long a delivery waits for attempts that are never made; the default of its column give_up_at."""


class Delivery(BaseModel):
    """One claimed attempt at a notification, with the alert that it tells of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID
    event_time: datetime
    attempts: int
    """This one included: it fences what the attempt writes."""
    notice: Literal["fired", "retracted"]
    channel: Channel
    destination: str
    template: str | None
    user_id: UUID
    alert_id: UUID
    rule_id: UUID
    rule_name: str
    rule_type: RuleType
    event_id: str
    event_data: Mapping[str, Any]
    triggered_at: datetime
    retracted_at: datetime | None
    is_test: bool
    rule_exists: bool
    seconds_left: float
    """Until its time is over, whatever it waits for."""
    signing_secret: str | None

    @property
    def age(self) -> float:
        """Seconds since it was first due, or sent again by an operator."""
        return KEPT_SECONDS - self.seconds_left

    @property
    def subject(self) -> str:
        """One line for where there is a title."""
        said = "Retracted: " if self.notice == "retracted" else ""
        return f"{'[test] ' if self.is_test else ''}{said}{self.rule_name}"

    def text(self) -> str:
        """The message as plain text."""
        return text_of(
            self.template,
            self.event_data,
            rule_name=self.rule_name,
            rule_type=self.rule_type,
            alert_id=self.alert_id,
            retracted=self.notice == "retracted",
        )


class End(StrEnum):
    """What an attempt makes of its delivery."""

    SENT = "sent"
    FAILED = "failed"
    """Refused for good."""
    RETRY = "retry"
    """Once more after a pause, until the attempts are used up: then it is dead."""
    PUT_OFF = "put_off"
    """Never tried: too many wait for this destination. Counts as no attempt."""
    RESTING = "resting"
    """Never tried: the destination failed too often and is left alone for now. Counts as no attempt."""

    @property
    def is_untried(self) -> bool:
        return self in (End.PUT_OFF, End.RESTING)


class Outcome(NamedTuple):
    """`error` is shown to the user: it names no secret and no address of ours."""

    delivery: Delivery
    end: End
    error: str | None = None

    @property
    def is_given_up(self) -> bool:
        """Refused, failed at the last attempt, or never tried until its time was over: nothing more is sent."""
        if self.end.is_untried:
            return self.delivery.seconds_left <= 0
        return self.end is End.FAILED or (self.end is End.RETRY and self.delivery.attempts >= MAX_ATTEMPTS)
