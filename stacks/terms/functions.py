"""The Lambda functions of a stage: its fronts, and those of services."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from premium.manifest import Consumer, Need, Schedule, Secret, Service, services
from stacks.terms.model import Model


class Function(Model):
    """One function, `<module>.handler`; `secrets` holds the variables that tell it ARNs."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    module: str
    needs: tuple[Need, ...]
    secrets: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    timeout: int = Field(default=29, ge=1, le=900)
    hot: bool = False

    @property
    def given(self) -> tuple[str, ...]:
        """Return everything that provisions must hold for it."""
        return (*self.needs, *self.secrets)

    @property
    def connects(self) -> bool:
        """Return whether its instances hold connections to the premium database."""
        return "database" in self.needs or "worker_database" in self.needs

    @property
    def weight(self) -> int:
        """Return its part of a stage's concurrency: two for what is called most."""
        return 2 if self.hot else 1


AUTHORIZER = Function(
    name="authorizer",
    module="handlers.authorizer",
    needs=("database", "redis", "jwt", "sessions", "origin", "cursors"),
    timeout=10,
    hot=True,
)
META = Function(
    name="meta",
    module="handlers.meta",
    needs=("database", "timeseries", "redis", "jobs"),
    routes=(
        "GET /",
        "GET /docs",
        "GET /docs/{file}",
        "GET /v1/health",
        "GET /v1/health/ready",
        "GET /v1/openapi.json",
        "GET /v1/chains",
        "GET /v1/jobs/{id}",
        "POST /v1/console/vitals",
        "$default",
    ),
)
STREAM = Function(
    name="stream",
    module="handlers.events.stream",
    needs=("database", "redis", "jwt", "sessions", "origin", "connections", "websocket"),
)
_EVERY_SCHEDULE: tuple[Need, ...] = ("redis", "jobs", "audit")


def schedules() -> tuple[Schedule, ...]:
    """Return what happens by the clock, of all services."""
    return tuple(schedule for service in services() for schedule in service.schedules)


def schedules_function() -> Function:
    """Return the function that every schedule calls; it needs what their tasks need."""
    needs = [need for schedule in schedules() for need in schedule.needs]
    with_tasks = [service for service in services() if any(schedule.task for schedule in service.schedules)]
    return Function(
        name="schedules",
        module="handlers.events.schedules",
        needs=tuple(dict.fromkeys((*_EVERY_SCHEDULE, *needs))),
        secrets=tuple(variable for service in with_tasks for variable in secrets_of(service, "function")),
        timeout=120,
    )


def fronts() -> tuple[Function, ...]:
    """Return the functions that belong to no service."""
    return (AUTHORIZER, META, STREAM, schedules_function())


def deployed() -> tuple[Service, ...]:
    """Return the services that have functions, and so a stack of their own."""
    return tuple(service for service in services() if service.routes or service.consumers)


def answering(service: Service) -> Function | None:
    """Return the function that answers a service's routes, if it has any."""
    if not service.routes:
        return None
    return Function(
        name=service.name,
        module=f"handlers.{service.name}",
        needs=service.needs,
        secrets=secrets_of(service, "function"),
        routes=service.routes,
        timeout=service.timeout,
        hot=service.hot,
    )


def consuming(service: Service, consumer: Consumer) -> Function:
    """Return the function that AWS calls with events for a service."""
    return Function(
        name=consumer.name,
        module=f"handlers.events.{consumer.name}",
        needs=consumer.needs,
        secrets=secrets_of(service, "function"),
        timeout=consumer.timeout,
    )


def of_service(service: Service) -> tuple[Function, ...]:
    """Return the functions of one service."""
    consumers = tuple(consuming(service, consumer) for consumer in service.consumers)
    answers = answering(service)
    return (answers, *consumers) if answers else consumers


def functions() -> tuple[Function, ...]:
    """Return every function of a stage."""
    return (*fronts(), *(function for service in deployed() for function in of_service(service)))


def secrets_of(service: Service, reader: str) -> tuple[str, ...]:
    """Return the variables of a service's secrets that this kind of process reads."""
    return tuple(secret.variable for secret in service.secrets if reader in secret.readers)


def provided_secrets() -> tuple[Secret, ...]:
    """Return the secrets whose values an operator gives for services."""
    return tuple(secret for service in services() for secret in service.secrets)


def shares(budget: int | None) -> Mapping[str, int]:
    """Divide a stage's concurrency among the functions that connect to its database, by weight.

    Nothing is reserved without a budget; ValueError when not every function would get an instance.
    """
    if budget is None:
        return {}
    connecting = [function for function in functions() if function.connects]
    unit = budget // sum(function.weight for function in connecting)
    if unit < 1:
        raise ValueError(
            f"functions.concurrency is {budget}, and {len(connecting)} functions share it: "
            "raise it, or set postgres.proxy"
        )
    return {function.name: unit * function.weight for function in connecting}
