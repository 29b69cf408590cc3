"""Declare the room of jobs: the default queue, its upkeep and its metrics."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from premium.manifest import Alarm, Command, Metric, Place, Queue, Schedule, Service, ServiceSettings


class JobSettings(ServiceSettings):
    """What the environment tells operators' commands of the clock."""

    schedule_dead_letters_url: str | None = Field(
        default=None, description="Dead-letter queue of the schedules: ticks that failed three times"
    )


SERVICE = Service(
    name="jobs",
    title="Work that outlives a request",
    scopes=("jobs:read", "jobs:write"),
    channels=("jobs",),
    queues=(Queue(name="default", urgency=20, share=Decimal("0.1")),),
    states="premium.execution.states.states",
    schedules=(
        Schedule(name="jobs.sweep", every=1, task="premium.execution.upkeep.sweep"),
        Schedule(
            name="jobs.backlog", every=1, task="premium.execution.upkeep.backlog", needs=("metrics", "worker_database")
        ),
    ),
    metrics=(
        Metric(name="Backlog", title="Jobs a worker", statistic="Maximum", minutes=1),
        Metric(name="QueuedJobs", title="Jobs that wait", statistic="Maximum", minutes=1),
        Metric(name="JobsDone", title="Jobs done"),
        Metric(name="JobsFailed", title="Jobs failed for good"),
        Metric(name="JobsRefused", title="Jobs refused for their caller's reasons"),
        Metric(name="JobSeconds", title="Seconds from acceptance to end", statistic="Average"),
    ),
    alarms=(
        Alarm(
            name="FailedJobs",
            metric="JobsFailed",
            text="jobs have failed for good: premium queues failed",
            severity="warning",
            above=0,
        ),
    ),
    settings=JobSettings,
    commands=(
        Command(name="dlq", text="Dead letters of events and schedules: look, redrive, drop."),
        Command(name="queues", text="Jobs, queues: look, requeue, acknowledge, cancel, drain."),
        Command(name="status", text="All that waits, who works on it, what is wrong."),
    ),
    places=(
        Place(
            store="dynamodb",
            name="jobs",
            reads="premium.privacy.work.items.jobs",
            erases="premium.privacy.work.items.erase_jobs",
        ),
    ),
)
