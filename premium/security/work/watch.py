"""The hourly job that looks again at what users hold or have approved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from premium.bootstrap import Platform
from premium.clock import rfc3339
from premium.errors import AppError, UpstreamUnavailable
from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.jobs.model import Moment
from premium.notifications.model import Notice
from premium.notifications.service import enqueue_deliveries, notify
from premium.observability import logger
from premium.security.jobs import WATCH
from premium.security.judgement.subjects.changes import changes, facts_of
from premium.security.store.watches import WatchStore
from premium.security.work.judge import judge

CHANGED = "security.changed"
_EVERY = timedelta(minutes=55)
_MOST = 500
"""Contracts of one run; what is left is the first of the next."""


@job(WATCH)
def watch(context: JobContext, payload: Moment) -> Mapping[str, Any]:  # noqa: ARG001 - the form of a job's body
    """Look at the contracts that nobody has looked at for an hour.

    And tell whoever is concerned.
    """
    platform = context.platform
    store, now = WatchStore(platform.worker_database), platform.clock.now()
    due = store.due(now - _EVERY, _MOST)
    told = 0
    for number, (chain, target) in enumerate(due, start=1):
        try:
            told += look(platform, chain, target)
        except UpstreamUnavailable as error:
            logger.warning("a watch waits for its node", chain=chain, target=target, error=error.message)
        except AppError as error:
            logger.info("a watched contract is not read", chain=chain, target=target, error=error.message)
        context.progress(number / len(due))
    return {"looked": len(due), "notices": told}


def look(platform: Platform, chain: str, target: str) -> int:
    """Look at one contract; return how many users were told of a change."""
    made = judge(platform, chain, target, contract=True)
    if made.scan is None:
        return 0
    facts = facts_of(made.scan, made.told, paused=made.paused)
    store, now = WatchStore(platform.worker_database), platform.clock.now()
    with platform.worker_database.transaction() as connection:
        seen = store.looked(connection, chain, target, facts, now)
        notices = [
            Notice(
                user=each.user_id,
                kind=CHANGED,
                key=f"{chain}:{target}:{rfc3339(now)}",
                title="A contract of yours changed",
                text=f"{target} on {chain}: {' '.join(sentences)}"[:2000],
                data={"chain": chain, "target": target, "changes": sentences},
            )
            for each in seen
            if (sentences := changes(each.facts, facts))
        ]
        posted = notify(connection, notices) if notices else []
    if posted:
        enqueue_deliveries(platform.redis(1), posted)
    return len(posted)
