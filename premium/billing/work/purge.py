"""Remove events, told rows of the outbox and checkouts when they are old."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from premium.billing.jobs import PURGE
from premium.billing.store.held import HeldStore
from premium.billing.store.outbox import Outbox
from premium.billing.store.webhooks import WebhookStore
from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.jobs.model import Moment

KEPT = timedelta(days=90)
LEDGER = timedelta(days=7 * 365.25)
"""For which subscriptions and payments are kept after they ended, and the event that says how they stand."""


@job(PURGE)
def purge(context: JobContext, payload: Moment) -> Mapping[str, Any]:
    """Remove what is older than 90 days: `{events, outbox, checkouts}`."""
    database, before = context.platform.worker_database, payload.at - KEPT
    return {
        "events": WebhookStore(database).remove_old(before, ended_before=payload.at - LEDGER),
        "outbox": Outbox(database).remove_old(before),
        "checkouts": HeldStore(database).remove_checkouts(before),
    }
