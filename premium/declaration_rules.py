"""Check manifests, and refuse a wrong one with a sentence that says why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from premium.declarations import Service

_LOOKED_BACK = 180  # minutes, of an alarm on a query of metrics


def check(found: Sequence[Service]) -> None:
    """Check all manifests, each by itself and together.

    ValueError says which is wrong, or which two claim one thing.
    """
    for each in found:
        _check_one(each)
    for kind, claims in _claims(found):
        if twice := _repeated(claims):
            raise ValueError(f"two services declare the {kind} {twice}")
    _check_queues(found)


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
    yield "place", (f"{place.store} {place.name}" for each in found for place in each.places)
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
        "place": r"[a-z0-9]+ [a-z0-9]\S*",
        "metric": r"[A-Z][A-Za-z0-9]*",
        "alarm": r"[A-Z][A-Za-z0-9]*",
        "command": r"[a-z][a-z0-9_-]*",
        "setting": r"[a-z][a-z0-9_]*",
    }
)


def _check_one(each: Service) -> None:
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
        looked = alarm.minutes * alarm.periods
        _require(each, looked <= _LOOKED_BACK, f"alarm {alarm.name} looks back {looked} minutes, 180 at most")
    for schedule in each.schedules:
        _require(each, 1 <= schedule.every <= 1440, f"schedule {schedule.name}: every 1 to 1440 minutes")
        _require(
            each, (schedule.job is None) != (schedule.task is None), f"schedule {schedule.name} has a job or a task"
        )
        _require(each, schedule.job is None or schedule.job in each.kinds, f"{schedule.job} is no kind of it")
    for place in each.places:
        said = bool(place.reason) == (place.erasure in ("keep", "expire"))
        _require(each, said, f"place {place.name}: a reason, and one only, for what is kept or expires")
        _require(each, bool(place.years) <= (place.erasure == "keep"), f"place {place.name}: years of what is kept")
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


def _check_queues(found: Sequence[Service]) -> None:
    known = {queue.name for each in found for queue in each.queues}
    for each in found:
        for name in (each.queue, *(resident.queue for resident in each.residents)):
            if name not in known:
                raise ValueError(f"service {each.name} names the queue {name!r}, which no service brings")
