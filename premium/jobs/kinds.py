"""Find every kind of job that a service declares.

Loads payload models only, never a body.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any

from premium.jobs.model import JobKind
from premium.manifest import Service, services


@cache
def declared() -> Mapping[str, JobKind[Any]]:
    """Return every kind of job by its name.

    ValueError where a manifest and its `jobs.py` do not name the same ones.
    """
    return MappingProxyType({kind.name: kind for service in services() if service.kinds for kind in _kinds(service)})


def scope_of(kind: str) -> str:
    """Return the scope that reads a job of this kind: its service's own.

    `jobs:read` for a kind whose service has none, or that this release does not know.
    """
    name = kind.partition(".")[0]
    wanted = f"{name}:read"
    return wanted if any(each.name == name and wanted in each.scopes for each in services()) else "jobs:read"


def queue_of(kind: str) -> str:
    """Return the queue of a kind; `default` for one that this release does not know."""
    known = declared().get(kind)
    return known.queue if known else "default"


def _kinds(service: Service) -> list[JobKind[Any]]:
    module = import_module(f"premium.{service.name}.jobs")
    found = {value.name: value for value in vars(module).values() if isinstance(value, JobKind)}
    if found.keys() != set(service.kinds):
        apart = ", ".join(sorted(found.keys() ^ set(service.kinds)))
        raise ValueError(f"premium/{service.name}/manifest.py and jobs.py do not both declare {apart}")
    for kind in found.values():
        if kind.queue not in (service.queue, "default"):
            raise ValueError(f"{kind.name} runs in {kind.queue}, but {service.name} declares the queue {service.queue}")
    return list(found.values())
