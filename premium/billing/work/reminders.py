"""Remind those who owe, each day of a list once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from premium.billing.jobs import DUNNING
from premium.billing.model import Held
from premium.billing.providers.choice import provider_of
from premium.billing.store.held import HeldStore
from premium.billing.work.outbox import empty_outbox
from premium.bootstrap import Platform
from premium.clock import rfc3339
from premium.errors import AppError
from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.jobs.model import Moment
from premium.observability import logger

DAYS = (0, 3, 5, 7)
"""After the first failed payment; on the last one the grace is over."""
_GRACE = timedelta(days=7)
_LATEST = timedelta(days=14)
"""After the end of the grace: who owes longer was told, or is not told any more."""
_WAITS = timedelta(hours=6)
"""For a provider that does not answer, before a reminder goes without its page."""


@job(DUNNING)
def remind(context: JobContext, payload: Moment) -> Mapping[str, Any]:  # noqa: ARG001 - what is due is asked of the rows
    """Remind those of whom a day is due: `{reminded}`.

    Days that an outage of ours passed over are told late, in order: each once, none is left out.
    """
    platform = context.platform
    now, store = platform.clock.now(), HeldStore(platform.worker_database)
    due = {_key(each, day): (each, day) for each in store.owing(now - _LATEST) for day in _days(each, now)}
    told = 0
    for key in sorted(store.untold(due)):
        held, day = due[key]
        link = _link(platform, held)
        if link is None and now < _failed(held) + timedelta(days=day) + _WAITS:
            continue
        about = {"day": day, "link": link, "until": rfc3339(held.grace_until or now), "provider": held.provider}
        told += store.tell(held, "payment.owed", about, key)
        context.point("reminded")
    empty_outbox(platform, point=context.point)
    return {"reminded": told}


def _failed(held: Held) -> datetime:
    assert held.grace_until is not None  # noqa: S101 - of those who owe
    return held.grace_until - _GRACE


def _days(held: Held, now: datetime) -> list[int]:
    return [day for day in DAYS if now >= _failed(held) + timedelta(days=day)]


def _key(held: Held, day: int) -> str:
    return f"owed:{held.id}:{rfc3339(_failed(held))}:{day}"


def _link(platform: Platform, held: Held) -> str | None:
    """Return where the debt is paid; None where the provider does not say."""
    try:
        return provider_of(platform, held.provider).payment_link(held.provider_subscription_id)
    except AppError as error:
        logger.warning("a provider did not say where a debt is paid", provider=held.provider, why=error.message)
        return None
