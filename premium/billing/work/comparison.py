"""Compare subscriptions with their providers, and mend what no event brought.

What a provider answers is stored as an event and applied like one. An answer that is older than what we know mends
nothing: by its own time of change, or because its period ended before ours did.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from premium.audit.service import SYSTEM_ACTOR, AuditTrail
from premium.billing import told
from premium.billing.jobs import COMPARE, COMPARE_ONE, ComparedPayload
from premium.billing.model import Held
from premium.billing.providers.choice import provider_of
from premium.billing.store.held import HeldStore
from premium.billing.store.subscriptions import moment
from premium.billing.subscription.event import Snapshot
from premium.billing.subscription.fields import inside, instant
from premium.bootstrap import Platform
from premium.errors import NotFound, UpstreamUnavailable
from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.jobs.model import Moment
from premium.observability import count, logger

_SETTLING = timedelta(minutes=10)
"""Of what changed just now events are on their way."""
_PAGE = 100
_ALIKE = {"unpaid": "past_due"}
"""What owes longer than its grace is unpaid with us alone."""


@job(COMPARE)
def compare_all(context: JobContext, payload: Moment) -> Mapping[str, Any]:
    """Compare all that was not compared since the job's moment: `{compared, mended, stale}`."""
    return compare_since(payload.at, context.platform, request_id=str(context.job_id), context=context)


@job(COMPARE_ONE)
def compare_one(context: JobContext, payload: ComparedPayload) -> Mapping[str, Any]:
    """Compare one subscription, whatever was heard of it just now."""
    held = HeldStore(context.platform.worker_database).one(payload.provider, payload.subscription)
    found = None if held is None else _compare(context.platform, held, str(context.job_id))
    return {"compared": int(held is not None), "mended": int(found == "mended")}


def compare_since(
    since: datetime, platform: Platform, *, request_id: str, context: JobContext | None = None
) -> dict[str, int]:
    """Compare all that was not compared since a moment.

    A provider that does not answer is left out, and UpstreamUnavailable raised at the end: who comes again goes on.
    """
    store, found = HeldStore(platform.worker_database), dict.fromkeys(("compared", "mended", "stale", "unknown"), 0)
    silent: dict[str, UpstreamUnavailable] = {}
    done = set[UUID]()
    while page := [each for each in store.uncompared(since, _PAGE + len(done)) if each.id not in done]:
        for held in page:
            done.add(held.id)
            if held.provider in silent:
                continue
            try:
                result = _compared(platform, held, request_id)
            except UpstreamUnavailable as error:
                silent[held.provider] = error
                continue
            found["compared"] += 1
            if result in found:
                found[result] += 1
            if context is not None:
                context.point("compared")
    if silent:
        raise next(iter(silent.values()))
    return found


def _compared(platform: Platform, held: Held, request_id: str) -> str:
    now, result = platform.clock.now(), "settling"
    if held.state_at < now - _SETTLING:
        result = _compare(platform, held, request_id)
    HeldStore(platform.worker_database).compared(held.id, now)
    return result


def _compare(platform: Platform, held: Held, request_id: str) -> str:
    """Return `same`, `mended`, `stale` or `unknown`."""
    asked = platform.clock.now()
    try:
        answer = provider_of(platform, held.provider).subscription(held.provider_subscription_id)
    except NotFound:
        count("ReconciliationDifferences", provider=held.provider)
        logger.error("a provider does not know a subscription of ours", subscription=str(held.id))  # noqa: TRY400 - its message says all
        return "unknown"
    said = told.snapshot_of(held.provider, answer)
    differences = _differences(held, said)
    if not differences:
        return "same"
    count("ReconciliationDifferences", provider=held.provider)
    if _is_older(held, answer, said):
        logger.warning("a provider answered an older state", subscription=str(held.id), fields=sorted(differences))
        return "stale"
    trail = AuditTrail.of(platform)
    with trail.recorded(
        SYSTEM_ACTOR, "subscription mended", targets=[held.id, held.user_id], request_id=request_id
    ) as entry:
        entry.add(**differences)
        told.take_by_worker(platform, held.provider, answer, asked, request_id=request_id)
    return "mended"


def _differences(held: Held, said: Snapshot) -> dict[str, Any]:
    ours = {
        "status": _ALIKE.get(held.status, held.status),
        "price_id": held.price_id,
        "current_period_end": held.current_period_end,
        "cancel_at_period_end": held.cancel_at_period_end,
    }
    theirs = {
        "status": said.status and _ALIKE.get(said.status, said.status),
        "price_id": said.price and said.price.id,
        "current_period_end": moment(said.period_end),
        "cancel_at_period_end": said.cancel_at_period_end,
    }
    return {
        name: {"before": str(ours[name]), "after": str(value)}
        for name, value in theirs.items()
        if value is not None and value != ours[name]
    }


def _is_older(held: Held, answer: Mapping[str, Any], said: Snapshot) -> bool:
    changed, end = moment(instant(inside(answer, "updated_at"))), moment(said.period_end)
    if changed is not None and changed < held.state_at:
        return True
    return end is not None and held.current_period_end is not None and end < held.current_period_end
