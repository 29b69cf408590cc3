"""Payloads and kinds of the portfolio service's jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from premium.jobs.model import JobKind, JobPayload, Moment
from premium.tiers import Tier


class RefreshPayload(JobPayload):
    """Says who asked: the record names the user.

    A refresh reads every wallet that is watched when it runs.
    """

    hourly: bool = False
    """Whether the clock asked: wallets that were never used on a chain are then asked only once a day."""
    chains: tuple[str, ...] = Field(default=(), max_length=1_000)
    """Which chains alone are read; none named: all. The others keep what is known of them."""


REFRESH = JobKind(
    name="portfolio.refresh",
    function="premium.portfolio.work.refresh",
    queue="aggregation",
    payload=RefreshPayload,
    timeout_seconds=120,
)


class TouchPayload(JobPayload):
    """Says on which chain a block touched the user's wallets; the record names the user."""

    chain: str = Field(max_length=64)
    block: int = Field(ge=0)
    again: bool = False
    """Whether blocks were replaced: then it is read whatever was read before."""


TOUCH = JobKind(
    name="portfolio.touch",
    function="premium.portfolio.work.touch",
    queue="aggregation",
    payload=TouchPayload,
    timeout_seconds=120,
)
"""Reads a chain anew for a user whose wallet a transfer touched, unless that was read already."""


class BackfillPayload(JobPayload):
    """Says which step of a back-fill it is; the record names the user."""

    step: int = Field(default=0, ge=0)
    """It goes on as another job after a minute, so that a deploy never waits for it."""


BACKFILL = JobKind(
    name="portfolio.backfill",
    function="premium.portfolio.work.backfill",
    queue="aggregation",
    payload=BackfillPayload,
    timeout_seconds=170,
)
"""Rebuilds what lies before a user's first snapshot."""


class FiguresPayload(JobPayload):
    """Says nothing: the record names the user."""


FIGURES = JobKind(
    name="portfolio.figures",
    function="premium.portfolio.work.figures",
    queue="aggregation",
    payload=FiguresPayload,
    timeout_seconds=120,
)
"""Counts lots and figures anew, after a flow was corrected."""


class ExportPayload(JobPayload):
    """Says what is written down, and of which time; the record names the user."""

    what: Literal["holdings", "positions", "history", "flows", "performance"]
    form: Literal["csv", "json"]
    since: datetime
    until: datetime
    tier: Tier
    """The user's when he asked: it says how far back he sees."""


EXPORT = JobKind(
    name="portfolio.export",
    function="premium.portfolio.work.export",
    queue="aggregation",
    payload=ExportPayload,
    timeout_seconds=120,
)
"""Writes a table to the bucket of exports, under a key of the job's id."""


class RunPayload(JobPayload):
    """Names a run, and which of its workers this is."""

    run_id: UUID
    number: int = Field(ge=0, le=10_000)
    step: int = Field(default=0, ge=0)
    """A worker goes on as another job after a minute, so that a deploy never waits for a run."""


RUN = JobKind(
    name="portfolio.run",
    function="premium.portfolio.work.run",
    queue="aggregation",
    payload=RunPayload,
    timeout_seconds=170,
)
"""Does chunks of the hourly run for a minute."""

SNAPSHOTS = JobKind(
    name="portfolio.snapshots",
    function="premium.portfolio.work.snapshots",
    queue="default",
    payload=Moment,
    timeout_seconds=100,
)
"""Plans the hour's run over every portfolio that is watched, and starts its workers."""

NAMES = JobKind(
    name="portfolio.names",
    function="premium.portfolio.work.names",
    queue="aggregation",
    payload=Moment,
    timeout_seconds=120,
)
"""Looks up again the names by which wallets were given, each once a day."""

TIMESERIES = JobKind(
    name="portfolio.timeseries",
    function="premium.portfolio.work.timeseries",
    queue="default",
    payload=Moment,
    timeout_seconds=100,
)
"""Makes partitions for the days ahead and roll-ups, and ends what is too old."""
