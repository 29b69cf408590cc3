"""Have providers carry out, shortly before a period ends, what was planned for it.

The next period is then billed at the new price; until it begins the user keeps the tier that he has paid for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from premium.billing.jobs import CHANGES
from premium.billing.model import Held, PendingChange
from premium.billing.providers.choice import provider_of
from premium.billing.store.held import HeldStore
from premium.billing.told import take_by_worker
from premium.bootstrap import Platform
from premium.clock import rfc3339
from premium.errors import InvalidInput, NotFound, UpstreamUnavailable
from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.jobs.model import Moment
from premium.observability import logger

_BEFORE = timedelta(hours=1)
"""Providers write the next bill when a period ends: the change must be there by then."""


@job(CHANGES)
def carry_out(context: JobContext, payload: Moment) -> Mapping[str, Any]:  # noqa: ARG001 - what is due is asked of the rows
    """Carry out the changes that are due: `{changed}`.

    One whose time has passed is carried out late and prorated: what was billed too much is given back.
    """
    platform, changed = context.platform, 0
    now, store = platform.clock.now(), HeldStore(platform.worker_database)
    failed: UpstreamUnavailable | None = None
    for held in store.planned(now + _BEFORE):
        try:
            changed += _carry_out(context, store, held, now)
        except UpstreamUnavailable as error:
            failed = error
    if failed is not None:
        raise failed
    return {"changed": changed}


def _carry_out(context: JobContext, store: HeldStore, held: Held, now: datetime) -> bool:
    planned = held.pending_change
    if planned is None or held.status not in ("trialing", "active") or held.cancel_at_period_end:
        store.unplan(held)
        return False
    key = f"{held.id}:{rfc3339(planned.at)}"
    is_late = now >= planned.at
    if not is_late and held.tier is not None and held.tier.includes(planned.tier):
        store.keep_tier(held, planned.at, f"kept:{key}")
        context.point("kept")
    try:
        _ask(context.platform, held, planned, is_late, key, str(context.job_id))
    except (NotFound, InvalidInput) as error:
        logger.error("a planned change is refused by its provider", subscription=str(held.id), why=error.message)  # noqa: TRY400 - its message says all
        store.tell(held, "change.refused", {"tier": planned.tier.value, "why": error.message}, f"refused:{key}")
        store.unplan(held)
        return False
    context.point("changed")
    store.unplan(held)
    return True


def _ask(platform: Platform, held: Held, planned: PendingChange, is_late: bool, key: str, request_id: str) -> None:  # noqa: PLR0917 - one call of one place
    asked = platform.clock.now()
    answer = provider_of(platform, held.provider).change(
        held.provider_subscription_id, planned.price, prorated=is_late, key=f"planned:{key}"
    )
    take_by_worker(platform, held.provider, answer, asked, request_id=request_id)
