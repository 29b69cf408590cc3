"""Choose the stage's neighbours: our own, or those the user runs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from local import ports
from local.aws import Aws
from local.console import Console
from local.evm import Evm
from local.external import ExternalAws, ExternalPostgres, ExternalRedis
from local.inbox import Inbox
from local.places import Places
from local.postgres import Postgres
from local.redis import Redis
from local.service import Service


class Databases(Protocol):
    """PostgreSQL as the other modules of `local` see it."""

    def url(self, database: str, role: str) -> str: ...


@dataclass(frozen=True)
class Neighbours:
    postgres: Postgres | ExternalPostgres
    redis: Redis | ExternalRedis
    aws: Aws | ExternalAws
    evm: Evm
    inbox: Inbox
    console: Console

    @classmethod
    def at(cls, places: Places) -> Neighbours:
        state, external = places.state, places.external
        return cls(
            postgres=ExternalPostgres(external["DATABASE_URL"], external["TIMESERIES_URL"], state)
            if "DATABASE_URL" in external
            else Postgres(state / "postgres", places.ports["postgres"]),
            redis=ExternalRedis(external["REDIS_URL"])
            if "REDIS_URL" in external
            else Redis(state / "redis", places.ports["redis"]),
            aws=_aws(places),
            evm=Evm(state / "evm", places.ports["evm"]),
            inbox=Inbox(state / "inbox", places.ports["inbox"]),
            console=Console(state / "console", places.ports["console"], places.outputs),
        )

    @property
    def all(self) -> tuple[Postgres | ExternalPostgres, Redis | ExternalRedis, Aws | ExternalAws, Evm, Inbox, Console]:
        return (self.postgres, self.redis, self.aws, self.evm, self.inbox, self.console)

    @property
    def own(self) -> tuple[Service, ...]:
        """Return the neighbours that `down` stops."""
        return tuple(service for service in self.all if isinstance(service, Service))

    def require_ports(self) -> None:
        """Raise LocalError where another process holds a port that is still needed.

        All are looked at before anything starts, so that one message names them all.
        """
        wanted = [service for service in self.own if service.pid is None]
        ports.require_all_free({service.variable: (service.name, service.port) for service in wanted})

    def start(self) -> None:
        """Start all neighbours at once.

        The first error is raised when all have tried.
        """
        with ThreadPoolExecutor(len(self.all)) as pool:
            started = [pool.submit(service.start) for service in self.all]
        for future in started:
            future.result()

    def stop(self) -> None:
        with ThreadPoolExecutor(len(self.all)) as pool:
            stopped = [pool.submit(service.stop) for service in self.own]
        for future in stopped:
            future.result()


def _aws(places: Places) -> Aws | ExternalAws:
    """Choose between our own emulator and the user's.

    A shell that names our own emulator's address does not make it the user's; another one on our port is.
    """
    own = Aws(places.state / "aws", places.ports["aws"])
    given = places.external.get("AWS_ENDPOINT_URL")
    if given is None:
        return own
    at_our_port = given in {f"http://{host}:{own.port}" for host in ("localhost", "127.0.0.1")}
    is_ours = at_our_port and (own.pid is not None or not ports.listening(own.port))
    return own if is_ours else ExternalAws(given)
