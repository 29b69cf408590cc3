"""Payloads and kinds of billing's jobs."""

from __future__ import annotations

from typing import Literal

from premium.jobs.model import JobKind, JobPayload, Moment


class EventPayload(JobPayload):
    """Which event is applied."""

    provider: Literal["stripe", "paddle"]
    event_id: str


APPLY = JobKind(
    name="billing.apply",
    function="premium.billing.work.apply",
    queue="default",
    payload=EventPayload,
    timeout_seconds=60,
)
"""Fold all that is known of an event's customer, and write down what follows from it."""
UPKEEP = JobKind(
    name="billing.upkeep",
    function="premium.billing.work.upkeep",
    queue="default",
    payload=Moment,
    timeout_seconds=60,
)
"""Apply events that nobody has applied, and take tiers away whose time is over."""
