"""Bodies of billing's jobs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from premium.accounts.service import standing_changed
from premium.audit.service import SYSTEM_ACTOR, AuditTrail
from premium.billing.folded import fold, settle
from premium.billing.jobs import APPLY, UPKEEP, EventPayload
from premium.billing.manifest import BillingSettings
from premium.billing.service import Webhooks
from premium.billing.store import SubscriptionStore, webhooks
from premium.billing.subscription.prices import plans_of
from premium.bootstrap import Platform
from premium.errors import NotFound
from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.jobs.model import Moment
from premium.observability import count, logger

_LEFT_ALONE = timedelta(seconds=30)
"""An event younger than this has a job of its own on the way."""
_LOOKS_BACK = timedelta(hours=2)
"""For tiers whose time is over; upkeep that was away for longer is caught up by hand (`replay`)."""
_MOST = 1_000


@job(APPLY)
def apply(context: JobContext, payload: EventPayload) -> Mapping[str, Any]:
    """Apply one event, and all of its customer's again: `{users}` whose tier changed."""
    changed = _apply(context.platform, payload.provider, payload.event_id, request_id=str(context.job_id))
    context.point("committed")
    _tell(context.platform, changed)
    return {"users": len(changed)}


@job(UPKEEP)
def upkeep(context: JobContext, payload: Moment) -> Mapping[str, Any]:
    """Apply what was left over, and take tiers away whose time is over."""
    platform = context.platform
    left = Webhooks.of_operator(platform).store.open_since(platform.clock.now() - _LEFT_ALONE, _MOST)
    for event in left:
        Webhooks.of_operator(platform).apply(event.provider, event.event_id, request_id=str(context.job_id), again=True)
    lapsed = _lapse(platform, payload.at - _LOOKS_BACK, platform.clock.now())
    return {"applied": len(left), "lapsed": lapsed}


def _apply(platform: Platform, provider: str, event_id: str, *, request_id: str) -> set[UUID]:
    plans = plans_of(platform.settings.of(BillingSettings).billing_prices)
    trail = AuditTrail.of(platform)
    with trail.recorded(SYSTEM_ACTOR, "webhook applied", targets=[event_id], request_id=request_id) as audit:
        with platform.worker_database.transaction() as connection:
            event = webhooks.locked(connection, provider, event_id)
            if event is None:
                raise NotFound(f"there is no event {event_id} of {provider}")
            changed, unknown = fold(connection, event, plans, platform.clock.now())
        audit.add(*sorted(changed), provider=provider, type=event.type)
    if unknown:
        count("UnknownPrices", provider=provider)
        logger.error("a price maps to no tier", provider=provider, event=event_id)
    return changed


def _lapse(platform: Platform, since: datetime, now: datetime) -> int:
    lapsed = SubscriptionStore(platform.worker_database).lapsed(since, now)
    changed = set[UUID]()
    for user in lapsed:
        with platform.worker_database.transaction() as connection:
            if settle(connection, user, now):
                changed.add(user)
    _tell(platform, changed)
    return len(changed)


def _tell(platform: Platform, users: set[UUID]) -> None:
    """Have every process ask anew how these users stand."""
    for user in sorted(users):
        standing_changed(platform, user)
