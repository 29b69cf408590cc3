"""A dozen services that nobody wrote, as manifests: a stage must have room for them without an edit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from unittest.mock import patch

from premium import manifest
from premium.manifest import Alarm, Metric, Queue, Resident, Schedule, Secret, Service

NUMBER = 12
ROUTES = 25
_METHODS = ("GET", "POST", "PUT", "DELETE")


def made_up() -> Mapping[str, Service]:
    """Services by name; the first brings a class of workers with a resident."""
    return {name: _service(name, number) for number, name in enumerate(f"extra{letter}" for letter in "abcdefghijkl")}


@contextmanager
def grown() -> Iterator[Mapping[str, Service]]:
    """The platform with these services among its own."""
    packages, declared, extra = manifest._packages, manifest._declared, made_up()
    with patch.multiple(
        manifest,
        _packages=lambda: iter([*packages(), *extra]),
        _declared=lambda name: extra.get(name) or declared(name),
    ):
        manifest.services.cache_clear()
        try:
            yield extra
        finally:
            manifest.services.cache_clear()


def _service(name: str, number: int) -> Service:
    title = name.capitalize()
    brings = number == 0
    return Service(
        name=name,
        title=title,
        routes=tuple(f"{_METHODS[each % 4]} /v1/{name}/{each}/{{id}}" for each in range(ROUTES)),
        needs=(
            "database",
            "timeseries",
            "redis",
            "idempotency",
            "audit",
            "jobs",
            "reports",
            "websocket",
            "connections",
        ),
        hot=number % 3 == 0,
        scopes=(f"{name}:read",),
        kinds=(f"{name}.work",),
        queue=name if brings else "default",
        worker_needs=("exports", "mail"),
        queues=(Queue(name=name, urgency=60, processes=4, share=Decimal("0.25")),) if brings else (),
        residents=(Resident(name=f"{name}.runner", queue=name, function="nowhere.serve"),) if brings else (),
        schedules=(Schedule(name=f"{name}.tick", every=5, task="nowhere.tick", needs=("metrics", "exports")),),
        secrets=(Secret(name=title, variable=f"{name.upper()}_SECRET_ARN", text="A key of a provider"),),
        metrics=(Metric(name=f"{title}Made", title="Made"),),
        alarms=(Alarm(name=f"{title}Few", metric=f"{title}Made", text="few", severity="info", below=1),),
    )
