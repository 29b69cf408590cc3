"""Payloads and kinds of billing's jobs."""

from __future__ import annotations

from typing import Literal, TypeVar

from premium.jobs.model import JobKind, JobPayload, Moment

P = TypeVar("P", bound=JobPayload)


class EventPayload(JobPayload):
    """Which event is applied."""

    provider: Literal["stripe", "paddle"]
    event_id: str


class ComparedPayload(JobPayload):
    """Which subscription its provider is asked about."""

    provider: str
    subscription: str


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


def _kind(name: str, function: str, payload: type[P], seconds: int = 60) -> JobKind[P]:
    return JobKind(
        name=f"billing.{name}",
        function=f"premium.billing.work.{function}",
        queue="default",
        payload=payload,
        timeout_seconds=seconds,
    )


DUNNING = _kind("dunning", "reminders.remind", Moment)
"""Remind those who owe, on days 0, 3, 5 and 7."""
CHANGES = _kind("changes", "changes.carry_out", Moment)
"""Have the providers carry out what was planned for the end of a period that is near."""
COMPARE = _kind("compare", "comparison.compare_all", Moment, 600)
"""Compare every live subscription with its provider, and mend what no event brought."""
COMPARE_ONE = _kind("compare_one", "comparison.compare_one", ComparedPayload)
"""Ask a provider about one subscription, of which two events of one instant differ."""
PURGE = _kind("purge", "purge.purge", Moment, 300)
"""Remove events after 90 days, and what of the outbox and of checkouts is over."""
