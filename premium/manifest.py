"""Find the manifests in which services declare themselves.

`premium/<service>/manifest.py` holds one `SERVICE`. It imports the standard library, pydantic and this module only, so
that a synth without the application's packages can read it. Whatever used to be a central list (routes and functions,
job kinds, key scopes, stream channels, schedules, residents, queues, settings, secrets, tables, metrics, alarms,
operator commands) is derived from `services()`.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from pydantic import ValidationError

import premium
from premium.declaration_rules import check
from premium.declarations import (
    LOCAL_ONLY,
    Alarm,
    Command,
    Consumer,
    Metric,
    Need,
    NoticeKind,
    Place,
    Queue,
    Quota,
    Resident,
    Schedule,
    Secret,
    Service,
    ServiceSettings,
    Topic,
)
from premium.refusals import reason_of

__all__ = [
    "LOCAL_ONLY",
    "Alarm",
    "Command",
    "Consumer",
    "Metric",
    "Need",
    "NoticeKind",
    "Place",
    "Queue",
    "Quota",
    "Resident",
    "Schedule",
    "Secret",
    "Service",
    "ServiceSettings",
    "Topic",
    "needs_of_queue",
    "queues",
    "service",
    "services",
    "wrong_settings",
]


@cache
def services() -> tuple[Service, ...]:
    """Return every declared service, by name.

    ValueError says which is wrong, or which two claim one thing.
    """
    found = tuple(_declared(name) for name in sorted(_packages()))
    check(found)
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
                wrong += [
                    f"{str(one['loc'][0]).upper()}: {reason_of(one)}" for one in error.errors(include_input=False)
                ]
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
