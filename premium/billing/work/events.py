"""Apply events, look after those that were left over, and act on what has ended."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from premium.accounts.service import standing_changed
from premium.billing.folded import Folded, fold, lapse
from premium.billing.jobs import APPLY, COMPARE_ONE, UPKEEP, ComparedPayload, EventPayload
from premium.billing.manifest import BillingSettings
from premium.billing.model import StoredEvent
from premium.billing.service import Webhooks
from premium.billing.store import SubscriptionStore, webhooks
from premium.billing.subscription.prices import plans_of
from premium.billing.turns import begin
from premium.billing.work.entries import note_events
from premium.billing.work.outbox import empty_outbox
from premium.bootstrap import Platform
from premium.errors import NotFound
from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.jobs.model import SYSTEM, Moment
from premium.observability import count, logger

_LEFT_ALONE = timedelta(seconds=30)
"""An event younger than this has a job of its own on the way."""
_MOST = 1_000
_BUSY_SECONDS = 20.0
"""For which a job goes on with events that came beside its own: far below its time-out."""


@job(APPLY)
def apply(context: JobContext, payload: EventPayload) -> Mapping[str, Any]:
    """Apply one event, and what else was received: `{users}` whose tier changed.

    All events of a customer are folded again.
    """
    platform = context.platform
    context.point("taken")
    begin(platform.redis(1))
    try:
        changed, done = _apply(context, payload.provider, payload.event_id)
    except Exception:
        count("WebhooksFailed", provider=payload.provider)
        raise
    changed += _apply_rest(context, done)
    note_events(platform, point=context.point)
    empty_outbox(platform, point=context.point)
    return {"users": changed}


def _apply(context: JobContext, provider: str, event_id: str) -> tuple[int, set[tuple[str, str]]]:
    """Apply one event with its customer's, and have everybody told.

    Returns how many users' tiers changed, and the events that were folded.
    """
    folded = apply_event(context.platform, provider, event_id)
    context.point("committed")
    tell_processes(context.platform, folded.changed)
    for name in sorted(folded.tied):
        _ask(context.platform, provider, name, str(context.job_id))
    return len(folded.changed), {(provider, each) for each in folded.judged}


def _apply_rest(context: JobContext, done: set[tuple[str, str]]) -> int:
    """Apply what was received beside the job's own event.

    What fails is left to the upkeep. Where much comes for long, another job goes on.
    """
    webhooks, ends = Webhooks.of_operator(context.platform), time.monotonic() + _BUSY_SECONDS
    changed = 0
    while True:
        waiting = webhooks.store.open_since(context.platform.clock.now(), _MOST)
        found = [each for each in waiting if (each.provider, each.event_id) not in done]
        if not found:
            return changed
        for event in found:
            if (event.provider, event.event_id) in done:
                continue
            if time.monotonic() > ends:
                webhooks.apply(event.provider, event.event_id, request_id=str(context.job_id), again=True)
                return changed
            news, folded = _tried(context, event)
            changed += news
            done |= folded | {(event.provider, event.event_id)}


def _tried(context: JobContext, event: StoredEvent) -> tuple[int, set[tuple[str, str]]]:
    try:
        return _apply(context, event.provider, event.event_id)
    except Exception:  # one that cannot be applied keeps no other from it
        count("WebhooksFailed", provider=event.provider)
        logger.exception("an event is left to the upkeep", provider=event.provider, event=event.event_id)
        return 0, set()


@job(UPKEEP)
def upkeep(context: JobContext, payload: Moment) -> Mapping[str, Any]:  # noqa: ARG001 - what is over is asked of the rows
    """Apply what was left over, and act on what has ended."""
    platform = context.platform
    left = Webhooks.of_operator(platform).store.open_since(platform.clock.now() - _LEFT_ALONE, _MOST)
    for event in left:
        Webhooks.of_operator(platform).apply(event.provider, event.event_id, request_id=str(context.job_id), again=True)
    lapsed = lapse_all(platform.clock.now(), platform)
    context.point("lapsed")
    note_events(platform, point=context.point)
    return {"applied": len(left), "lapsed": lapsed, "told": empty_outbox(platform, point=context.point)}


def apply_event(platform: Platform, provider: str, event_id: str) -> Folded:
    """Fold an event with all of its customer's, in one transaction."""
    plans = plans_of(platform.settings.of(BillingSettings).billing_prices)
    with platform.worker_database.transaction() as connection:
        event = webhooks.locked(connection, provider, event_id)
        if event is None:
            raise NotFound(f"there is no event {event_id} of {provider}")
        folded = fold(connection, event, plans, platform.clock.now())
    if folded.unreadable:
        count("WebhooksFailed", provider=provider)
    if folded.unknown:
        count("UnknownPrices", provider=provider)
        logger.error("a price maps to no tier", provider=provider, event=event_id)
    return folded


def lapse_all(now: datetime, platform: Platform) -> int:
    """Act on all that has ended to allow something; return how many users' tiers changed.

    However long nobody has looked: each end is acted on once.
    """
    changed = set[UUID]()
    for user in SubscriptionStore(platform.worker_database).lapsed(now, _MOST):
        with platform.worker_database.transaction() as connection:
            if lapse(connection, user, now):
                changed.add(user)
    tell_processes(platform, changed)
    return len(changed)


def tell_processes(platform: Platform, users: Iterable[UUID]) -> None:
    """Have every process ask anew how these users stand."""
    for user in sorted(users):
        standing_changed(platform, user)


def _ask(platform: Platform, provider: str, name: str, request_id: str) -> None:
    """Have the provider asked about a subscription of which two events of one instant say different things."""
    payload = ComparedPayload(provider=provider, subscription=name)
    platform.jobs.start(COMPARE_ONE, payload, user_id=SYSTEM, request_id=request_id)
