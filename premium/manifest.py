"""Define the manifest in which a service declares itself, and find all manifests.

`premium/<service>/manifest.py` holds one `SERVICE`. It imports the standard library, pydantic and this module only, so
that a synth without the application's packages can read it. Whatever used to be a central list (routes and functions,
job kinds, key scopes, stream channels, schedules, residents, queues, settings, secrets, tables, metrics, alarms,
operator commands) is derived from `services()`.
"""

from __future__ import annotations

import pkgutil
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

import premium

Need = Literal[
    "database", "worker_database", "timeseries", "redis", "jwt", "origin", "jobs", "idempotency", "usage",
    "connections", "audit", "audit_read", "reports", "exports", "events", "event_sender", "websocket", "metrics",
    "mail", "free_replica",
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


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A job or short task that runs by the clock."""

    name: str
    every: int
    """Minutes."""
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


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric that the service's code emits in the namespace `Premium`."""

    name: str
    title: str
    statistic: Literal["Sum", "Average", "Maximum", "p95", "p99"] = "Sum"
    minutes: int = 60
    """The period of its graph."""


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """A threshold on a metric of the same service.

    Its runbook is the heading of its name in docs/runbooks/.
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
class Command:
    """A topic of the operators' command `premium`, in `premium/cli/<name>.py`."""

    name: str
    text: str


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
    settings: type[ServiceSettings] | None = None
    secrets: tuple[Secret, ...] = ()
    tables: tuple[str, ...] = ()
    """Tables of both PostgreSQL databases that its store alone names."""
    metrics: tuple[Metric, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    commands: tuple[Command, ...] = ()


@cache
def services() -> tuple[Service, ...]:
    """Return every declared service, by name.

    ValueError says which is wrong, or which two claim one thing.
    """
    found = tuple(_declared(name) for name in sorted(_packages()))
    for each in found:
        _check(each)
    for kind, claims in _claims(found):
        if twice := _repeated(claims):
            raise ValueError(f"two services declare the {kind} {twice}")
    _complete(found)
    return found


def service(name: str) -> Service:
    """Return the service of this name; KeyError for none."""
    return {each.name: each for each in services()}[name]


def queues() -> tuple[Queue, ...]:
    """Return the worker classes of all services, the most urgent first."""
    brought = [queue for each in services() for queue in each.queues]
    return tuple(sorted(brought, key=lambda queue: (queue.urgency, queue.name)))


def needs_of_queue(name: str) -> tuple[Need, ...]:
    """Return the needs of a worker class: those of its services' jobs and residents."""
    inside = [each for each in services() if name in {each.queue, *(one.queue for one in each.residents)}]
    wanted = [need for each in inside for need in each.worker_needs]
    return tuple(dict.fromkeys(wanted))


def wrong_settings(given: Mapping[str, str]) -> list[str]:
    """Return a sentence for each setting that is unknown or has a wrong value.

    `given` are values by the names of their variables.
    """
    owners = {name.upper(): each for each in services() if each.settings for name in each.settings.model_fields}
    wrong = [f"{name}: no service declares this setting" for name in given if name not in owners]
    for each in services():
        own = {name.lower(): value for name, value in given.items() if owners.get(name) is each}
        if each.settings is not None and own:
            try:
                each.settings.model_validate(own)
            except ValidationError as error:
                wrong += [f"{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors(include_input=False)]
    return wrong


def _packages() -> Iterator[str]:
    for module in pkgutil.iter_modules(premium.__path__):
        if module.ispkg and find_spec(f"premium.{module.name}.manifest") is not None:
            yield module.name


def _declared(package: str) -> Service:
    declared = import_module(f"premium.{package}.manifest").SERVICE
    if not isinstance(declared, Service) or declared.name != package:
        raise ValueError(f"premium/{package}/manifest.py must hold SERVICE, a Service named {package!r}")
    return declared


def _claims(found: Sequence[Service]) -> Iterator[tuple[str, Iterable[str]]]:
    yield "route", (route for each in found for route in each.routes)
    yield "scope", (scope for each in found for scope in each.scopes)
    yield "stream channel", (channel for each in found for channel in each.channels)
    yield "job kind", (kind for each in found for kind in each.kinds)
    yield "kind of notices", (kind.name for each in found for kind in each.notices)
    yield "queue", (queue.name for each in found for queue in each.queues)
    yield "schedule", (schedule.name for each in found for schedule in each.schedules)
    yield "resident", (resident.name for each in found for resident in each.residents)
    yield "consumer", (consumer.name for each in found for consumer in each.consumers)
    yield "secret", (secret.name for each in found for secret in each.secrets)
    yield "secret's variable", (secret.variable for each in found for secret in each.secrets)
    yield "table", (table for each in found for table in each.tables)
    yield "metric", (metric.name for each in found for metric in each.metrics)
    yield "alarm", (alarm.name for each in found for alarm in each.alarms)
    yield "command", (command.name for each in found for command in each.commands)
    yield "setting", (name for each in found if each.settings for name in each.settings.model_fields)


_FORMS: Mapping[str, str] = MappingProxyType(
    {
        "route": r"(GET|POST|PUT|DELETE) /[^\s?#]*",
        "scope": r"[a-z_]+:[a-z_]+",
        "stream channel": r"[a-z][a-z0-9_]*",
        "job kind": r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*",
        "kind of notices": r"[a-z][a-z_]{0,48}\.[a-z][a-z_]{0,48}",  # what the table `notices` takes
        "queue": r"[a-z]+",
        "schedule": r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*",
        "resident": r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*",
        "consumer": r"[a-z][a-z0-9_]*",
        "secret": r"[A-Z][A-Za-z0-9]*",
        "secret's variable": r"[A-Z][A-Z0-9_]*_SECRET_ARN",
        "table": r"[a-z][a-z0-9_]*",
        "metric": r"[A-Z][A-Za-z0-9]*",
        "alarm": r"[A-Z][A-Za-z0-9]*",
        "command": r"[a-z][a-z0-9_-]*",
        "setting": r"[a-z][a-z0-9_]*",
    }
)


def _check(each: Service) -> None:
    """Raise ValueError for malformed names and references inside one manifest.

    No type can say these.
    """
    for kind, claims in _claims((each,)):
        for name in claims:
            _require(each, re.fullmatch(_FORMS[kind], name), f"{name!r} is no {kind} (it matches {_FORMS[kind]})")
    metrics = {metric.name for metric in each.metrics}
    for alarm in each.alarms:
        _require(each, alarm.metric in metrics, f"alarm {alarm.name} watches {alarm.metric}, no metric of it")
        _require(each, (alarm.above is None) != (alarm.below is None), f"alarm {alarm.name} is above or below a value")
    for schedule in each.schedules:
        _require(each, 1 <= schedule.every <= 1440, f"schedule {schedule.name}: every 1 to 1440 minutes")
        _require(
            each, (schedule.job is None) != (schedule.task is None), f"schedule {schedule.name} has a job or a task"
        )
        _require(each, schedule.job is None or schedule.job in each.kinds, f"{schedule.job} is no kind of it")
    changing = [route for route in each.routes if not route.startswith("GET ")]
    if changing and "audit" not in each.needs:
        _require(each, None, f'needs=(…, "audit") is missing: {changing[0]} changes state, which leaves an audit entry')
    for consumer in each.consumers:
        _require(each, bool(consumer.queue) != bool(consumer.uploads), f"consumer {consumer.name} has one source")


def _require(each: Service, holds: object, sentence: str) -> None:
    if not holds:
        raise ValueError(f"premium/{each.name}/manifest.py: {sentence}")


def _repeated(names: Iterable[str]) -> str | None:
    return next((name for name, times in Counter(names).items() if times > 1), None)


def _complete(found: Sequence[Service]) -> None:
    known = {queue.name for each in found for queue in each.queues}
    for each in found:
        for name in (each.queue, *(resident.queue for resident in each.residents)):
            if name not in known:
                raise ValueError(f"service {each.name} names the queue {name!r}, which no service brings")
