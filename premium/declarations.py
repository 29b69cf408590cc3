"""Define what a service may declare in its manifest.

Manifests import these names from `premium.manifest`. They are plain frozen dataclasses: every function reads all
manifests at its cold start (docs/decisions/0011-manifests.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

Need = Literal[
    "database", "worker_database", "timeseries", "redis", "jwt", "origin", "cursors", "sessions", "credentials", "jobs",
    "idempotency", "usage", "connections", "connections_sweep", "audit", "audit_read", "anchors", "reports", "exports",
    "events", "event_sender", "topics", "websocket", "metrics", "mail", "free_replica", "market", "dead_letters",
    "erasure",
]  # fmt: skip
"""A resource that a process can be given: its environment variables and the rights to use it."""

LOCAL_ONLY: dict[str, JsonValue] = {"local": True}
"""`Field(json_schema_extra=LOCAL_ONLY)` marks a setting that a deployed stage refuses."""


class ServiceSettings(BaseModel):
    """Environment values of one service, by field name in upper case.

    Every field has a default and a description; `Settings.of(Model)` reads and checks them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, kw_only=True)
class Queue:
    """A class of workers: one RQ queue, and its share of a stage's tasks."""

    name: str
    urgency: int
    """Workers that serve several queues empty the most urgent one first; 0 is the most urgent."""
    share: Decimal
    """The part of the fleet's tasks that it may grow to."""
    processes: int = 2
    """Worker processes a task."""
    waits: str | None = None
    """`function(platform) -> Waiting` counts what its residents have yet to do; other queues' work is job records."""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A job or short task that runs by the clock."""

    name: str
    every: int
    """Minutes."""
    at: int | None = None
    """Of what runs once a day: minutes after midnight, UTC; whenever it was deployed without."""
    job: str | None = None
    """A kind whose payload is `premium.jobs.model.Moment`; the moment is its idempotency key."""
    task: str | None = None
    """`function(platform, now) -> mapping`, run inside the schedules function; it may run twice."""
    needs: tuple[Need, ...] = ()
    """What the task needs beyond job records and the queue."""


@dataclass(frozen=True, kw_only=True)
class Resident:
    """A process that runs on, kept alive by the fleet of its queue."""

    name: str
    queue: str
    function: str
    """`function(residence)`, plain or a coroutine; `premium.execution.residence`."""


@dataclass(frozen=True, kw_only=True)
class NoticeKind:
    """A kind of notice that a service sends to users.

    Functions are named with their modules, which the courier's process alone imports.
    """

    name: str
    """The service, a dot, what it tells: `alerts.fired`."""
    permits: str | None = None
    """`function(connection, deliveries) -> {delivery id: Permit}`, asked before each attempt as it is claimed."""
    ended: str | None = None
    """`function(connection, notices)` hears of notices without pending deliveries, as the last one's end is written."""


@dataclass(frozen=True, kw_only=True)
class Consumer:
    """A function that AWS calls with events: `handlers.events.<name>.handler`."""

    name: str
    needs: tuple[Need, ...] = ()
    timeout: int = 29
    """Seconds."""
    queue: Literal["events"] | None = None
    """The SQS queue it empties, in batches with partial failure."""
    uploads: str | None = None
    """Or the prefix of the exports bucket whose new objects it is told of."""


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A secret value that an operator gives to the service's processes.

    It is a Secrets Manager entry; the processes get its ARN.
    """

    name: str
    variable: str
    text: str
    """What it holds and who issues it; docs/deploy.md lists the secrets from these."""
    fields: tuple[str, ...] = ()
    readers: tuple[Literal["function", "worker"], ...] = ("function", "worker")
    goes_with: Need | None = None
    """A need whose holders among the workers read it, too, whichever service they serve."""


@dataclass(frozen=True, kw_only=True)
class Topic:
    """An SNS topic on which the service tells other systems what happened.

    Processes that need `topics` get its ARN in `variable`, and may publish on it.
    """

    name: str
    """`customer-alerts`: what it is called in the documentation; its physical name is generated."""
    variable: str
    text: str
    """What its messages tell."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric that the service's code emits."""

    name: str
    title: str
    statistic: Literal["Sum", "Average", "Maximum", "p75", "p95", "p99"] = "Sum"
    minutes: int = 60
    """The period of its graph."""
    namespace: str = "Premium"
    """`count` and `observe` take it by the same name."""


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """A threshold on a metric of the same service.

    Its runbook is the heading of its name in docs/runbooks/. It looks back for `minutes` times `periods`, three
    hours at most: an alarm over all processes is a query, and CloudWatch evaluates no older data of one.
    """

    name: str
    metric: str
    text: str
    severity: Literal["critical", "warning", "info"]
    above: float | None = None
    below: float | None = None
    statistic: Literal["Sum", "Average", "Maximum", "Minimum", "p95", "p99"] = "Sum"
    minutes: int = 5
    periods: int = 1


@dataclass(frozen=True, kw_only=True)
class Quota:
    """Something of which a tier allows a number; users see how much is used."""

    name: str
    """A field of `premium.entitlements.Entitlements`."""
    owned: str | None = None
    """`function(platform, user_id)` gives the ids of what a user has, the oldest first."""
    used: str | None = None
    """Of what is counted alone, as the reports of a day: `function(platform, user_id, name)` gives the number."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """A topic of the operators' command `premium`, in `premium/cli/<name>.py`."""

    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place where data of users lie, and what happens to them there.

    `reads` and `erases` name functions; a table whose rows are deleted needs neither, nor does a prefix or a key.
    """

    store: Literal["premium", "timeseries", "dynamodb", "s3", "redis", "provider"]
    name: str
    """A table, `<bucket>/<prefix>`, `<database>:<key>` of Redis, or a provider; `{user}` is the user's id."""
    user: str = "user_id"
    """The column that says whose a row is; empty where rows are of no one user."""
    erasure: Literal["delete", "anonymise", "keep", "expire"] = "delete"
    reason: str = ""
    """Why something is kept, or after which time it expires by itself."""
    years: int = 0
    """How long after the erasure it is kept."""
    exported: bool = True
    reads: str | None = None
    """`function(platform, subject)` yields what an export tells: mappings, or rows as JSON."""
    erases: str | None = None
    """`function(platform, subject) -> int` takes away what is there, and says how much it was."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """Everything that a service declares; docs/add-a-service.md shows a whole one."""

    name: str
    title: str
    routes: tuple[str, ...] = ()
    """`GET /v1/notes/{id}`: what `handlers/<name>.py` answers."""
    needs: tuple[Need, ...] = ()
    """Of the function that answers the routes."""
    timeout: int = 29
    """Seconds; the gateway waits no longer."""
    hot: bool = False
    """Kept warm in prod."""
    consumers: tuple[Consumer, ...] = ()
    scopes: tuple[str, ...] = ()
    """What an API key may be limited to; `@needs(scope=…)` names one of them."""
    channels: tuple[str, ...] = ()
    """Channels of the WebSocket that users subscribe to."""
    kinds: tuple[str, ...] = ()
    """Names of the `JobKind`s in `premium/<name>/jobs.py`."""
    queue: str = "default"
    """The class of workers that its jobs run in."""
    worker_needs: tuple[Need, ...] = ()
    """Of that class, beyond what every worker has."""
    queues: tuple[Queue, ...] = ()
    """Classes that it brings."""
    notices: tuple[NoticeKind, ...] = ()
    """What it tells users; `premium.notifications.service.notify` takes it by name."""
    schedules: tuple[Schedule, ...] = ()
    residents: tuple[Resident, ...] = ()
    quotas: tuple[Quota, ...] = ()
    settings: type[ServiceSettings] | None = None
    secrets: tuple[Secret, ...] = ()
    topics: tuple[Topic, ...] = ()
    tables: tuple[str, ...] = ()
    """Tables of both PostgreSQL databases that its store alone names."""
    places: tuple[Place, ...] = ()
    """Where it keeps data of users: every table with a user's id, every key, prefix and provider."""
    metrics: tuple[Metric, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    commands: tuple[Command, ...] = ()
    states: str | None = None
    """`function(platform)` gives a `State` for each line: what `premium status` shows of it."""
