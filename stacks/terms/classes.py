"""Classes of workers, derived from the manifests of services."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from premium.manifest import Need, Queue, Service, needs_of_queue, queues, services
from stacks.terms.functions import secrets_of
from stacks.terms.model import Fleet, Model

_EVERY_WORKER: tuple[Need, ...] = ("database", "timeseries", "redis", "jobs", "connections", "websocket")

OPERATOR_NEEDS: tuple[Need, ...] = (
    *_EVERY_WORKER,
    "market",
    "audit",
    "audit_read",
    "anchors",
    "dead_letters",
    "reports",
    "exports",
    "usage",
    "idempotency",
    "erasure",
)
"""What the task of `make operate` is given: a worker's needs, and the trail in which each change is recorded."""


class QueueClass(Model):
    """One class of workers: its RQ queue, and what its tasks are given.

    `share` is its part of the fleet.
    """

    name: str = Field(pattern=r"^[a-z]+$")
    needs: tuple[Need, ...]
    secrets: tuple[str, ...] = ()
    processes: int = Field(ge=1, le=16)
    share: Decimal = Field(gt=0, le=1)

    @property
    def given(self) -> tuple[str, ...]:
        """Return everything that provisions must hold for its tasks."""
        return (*self.needs, *self.secrets)

    @property
    def command(self) -> tuple[str, ...]:
        """Return what its tasks run in the worker image."""
        return ("python", "-m", "workers.fleet", "--queues", self.name, "--processes", str(self.processes))

    def tasks(self, fleet: Fleet, least: int = 0) -> int:
        """Return how many tasks it may grow to; one at least."""
        return max(int(fleet.total * self.share), least, 1)


def classes() -> tuple[QueueClass, ...]:
    """Return the classes of all services, the most urgent first.

    Shares that are more than a fleet together shrink alike.
    """
    whole = max(Decimal(1), sum((queue.share for queue in queues()), Decimal(0)))
    return tuple(_class(queue, queue.share / whole) for queue in queues())


def _class(queue: Queue, share: Decimal) -> QueueClass:
    needs = tuple(dict.fromkeys((*_EVERY_WORKER, *needs_of_queue(queue.name))))
    own = [name for service in services() if _runs_in(service, queue) for name in secrets_of(service, "worker")]
    shared = [one.variable for service in services() for one in service.secrets if one.goes_with in needs]
    return QueueClass(
        name=queue.name,
        needs=needs,
        secrets=tuple(dict.fromkeys((*own, *shared))),
        processes=queue.processes,
        share=share,
    )


def _runs_in(service: Service, queue: Queue) -> bool:
    """Whether jobs or residents of the service run in this class."""
    residents = {resident.queue for resident in service.residents}
    return queue.name in residents or (bool(service.kinds) and service.queue == queue.name)
