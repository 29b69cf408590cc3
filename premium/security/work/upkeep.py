"""The daily job: partitions of scans, and the figures that operators watch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.jobs.model import Moment
from premium.observability import observe
from premium.security.jobs import UPKEEP
from premium.security.labelled import Labels
from premium.security.store.analyses import Analyses
from premium.security.store.disputes import DisputeStore
from premium.security.store.scans import ScanStore

KEPT = timedelta(days=90)
"""How long analyses of codes stand; then they are made again where somebody asks."""


@job(UPKEEP)
def maintain(context: JobContext, payload: Moment) -> Mapping[str, Any]:  # noqa: ARG001 - the form of a job's body
    """Keep the months of scans as of now.

    Tell the age of labels and the disputes that wait.
    """
    platform = context.platform
    ScanStore(platform.worker_database).maintain(platform.clock.now())
    forgotten = Analyses(platform.worker_database).forget(platform.clock.now() - KEPT)
    age = Labels.of(platform, by_operator=True).age().total_seconds()
    waiting = DisputeStore(platform.worker_database).count_open()
    observe("LabelAge", age, "Seconds")
    observe("DisputesOpen", waiting, "Count")
    return {"label_age_seconds": int(age), "disputes_open": waiting, "analyses_forgotten": forgotten}
