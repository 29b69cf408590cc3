"""Change passwords of PostgreSQL's roles.

A purpose has two that take turns, of which one is in use.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from premium.errors import UpstreamUnavailable
from premium.rotation.kept import STAMP, Fields, Kept
from premium.rotation.turn import Step
from premium.storage.roles import hold_roles, set_password

PATIENCE = 600.0
"""Seconds that a pooler may take to know a role's new password."""
NOTICED = "noticed"


@dataclass(frozen=True)
class Server:
    """A database as its administrator reaches it: the server itself, round every pooler."""

    admin: Kept
    host: str

    def change(self, fields: Fields) -> None:
        """Give a role its password; while that lasts no deployment sets one."""
        with self._connected() as connection:
            set_password(connection, fields["username"], fields["password"])

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the roles, so that a deployment makes none in between."""
        with self._connected() as connection, hold_roles(connection):
            yield

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        """As the administrator.

        By the proposed password where a rotation died between it and the secret.
        """
        known = [self.admin.fields(), self.admin.proposed()]
        for number, fields in enumerate(filter(None, known)):
            try:
                connection = psycopg.connect(self.conninfo(fields), autocommit=True, connect_timeout=10)
            except psycopg.OperationalError as error:
                if number == 0 and known[1]:
                    continue
                raise UpstreamUnavailable(f"{self.host} does not let the administrator in") from error
            with connection:
                yield connection
            return

    def conninfo(self, fields: Fields) -> str:
        """Return how a user of this server's own port connects to it."""
        return conninfo(fields, self.host, fields["port"])


def conninfo(fields: Fields, host: str, port: str) -> str:
    """Return libpq's form of a secret's fields, at an address."""
    names = {name: fields[name] for name in ("dbname", "password")}
    return make_conninfo("", user=fields["username"], host=host, port=port, sslmode=_mode(fields), **names)


def _mode(fields: Fields) -> str:
    return fields.get("sslmode", "require")


@dataclass(frozen=True)
class TwoRoles:
    """A purpose's two roles.

    `connection` is what the processes read and names the one in use.
    """

    name: str
    server: Server
    connection: Kept
    roles: tuple[Kept, Kept]
    step: Step
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def prepare(self, rotation: str) -> None:
        """Give the idle role a new password, and sign in by it as processes do."""
        if self.connection.stamp() == rotation:
            return
        _, idle = self._ordered()
        self._renew(idle, rotation)
        self._wait_until_let_in(idle.fields())

    def switch(self, rotation: str) -> None:
        """Let the processes use the idle role."""
        if self.connection.stamp() == rotation:
            return
        _, idle = self._ordered()
        new = idle.fields()
        self.step(f"{self.name}: tell {new['username']}")
        mine = {"username": new["username"], "password": new["password"], STAMP: rotation}
        self.connection.put({**self.connection.fields(), **mine, NOTICED: str(self.clock())})

    def retire(self, rotation: str) -> None:
        """Give the role that was in use a password that nobody has."""
        _, former = self._ordered()
        self._renew(former, rotation)

    def stamps(self) -> Iterable[str]:
        """Return the rotations of its three secrets."""
        return [stamp for kept in (self.connection, *self.roles) for stamp in kept.stamps()]

    def noticed(self) -> float:
        """Return when the processes were last told another role."""
        return float(self.connection.fields().get(NOTICED, 0))

    def finished(self, rotation: str) -> bool:
        """Return whether both roles and the processes' secret are of this rotation."""
        return all(kept.stamp() == rotation for kept in (self.connection, *self.roles))

    def _renew(self, kept: Kept, rotation: str) -> None:
        def told(what: str) -> None:
            self.step(f"{self.name}: {what} {kept.fields()['username']}")

        with self.server.held():
            kept.renew(rotation, self.server.change, told)

    def _ordered(self) -> tuple[Kept, Kept]:
        """Return the role that the processes use, and the other."""
        used = self.connection.fields()["username"]
        first, second = self.roles
        return (second, first) if second.fields()["username"] == used else (first, second)

    def _wait_until_let_in(self, fields: Fields) -> None:
        """Sign in through the pooler, which may have to hear of the password first."""
        at, end = self.connection.fields(), self.clock() + PATIENCE
        self.step(f"{self.name}: sign in as {fields['username']}")
        address = conninfo({**fields, "sslmode": _mode(at)}, at["host"], at["port"])
        while True:
            try:
                psycopg.connect(address, connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if self.clock() > end:
                    said = str(error).strip().splitlines()[-1]
                    raise UpstreamUnavailable(f"{fields['username']} is not let in at {at['host']}: {said}") from error
                self.sleep(2)
            else:
                return


@dataclass(frozen=True)
class OneRole:
    """The owner or the administrator.

    Only deployments and rotations use them: changed when nothing else is.
    """

    name: str
    server: Server
    kept: Kept
    step: Step

    def prepare(self, rotation: str) -> None:
        """Nothing: nobody reads it meanwhile."""

    def switch(self, rotation: str) -> None:
        """Nothing either."""

    def retire(self, rotation: str) -> None:
        """Give it a new password."""
        with self.server.held():
            self.kept.renew(rotation, self.server.change, lambda what: self.step(f"{self.name}: {what}"))

    def stamps(self) -> Iterable[str]:
        """Return the rotations of its secret."""
        return self.kept.stamps()

    def noticed(self) -> float:
        """Return 0: no process keeps it."""
        return 0.0

    def finished(self, rotation: str) -> bool:
        """Return whether its secret is of this rotation."""
        return self.kept.stamp() == rotation
