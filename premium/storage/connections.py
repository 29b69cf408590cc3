"""PostgreSQL connections that mend themselves.

A refused password is read again once, a dead socket is noticed before use.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable
from typing import Any, Self

import psycopg
from psycopg import Connection
from psycopg.rows import DictRow

IDLE_SECONDS = 30.0


class RenewingConnection(Connection[DictRow]):
    """A connection that knows when it was last seen alive."""

    last_seen = 0.0


def connecting_by(renewed: Callable[[], str]) -> type[RenewingConnection]:
    """Return a class of connections that try once more with a renewed password.

    `connect` tries again where `renewed()` says something else than what was just refused.

    libpq gives no SQLSTATE for a refused connection, so a changed secret, not the error's text, decides.
    """

    class _Connection(RenewingConnection):
        @classmethod
        def connect(cls, conninfo: str = "", **kwargs: Any) -> Self:
            try:
                connection = super().connect(conninfo, **kwargs)
            except psycopg.OperationalError:
                changed = renewed()
                if changed == conninfo:
                    raise
                connection = super().connect(changed, **kwargs)
            connection.last_seen = time.monotonic()
            return connection

    return _Connection


def check_if_stale(connection: RenewingConnection) -> None:
    """Raise where the connection is dead.

    It costs a round trip only where the socket has news or was long idle.

    A server that stops or kills a session writes to the socket: an idle connection that can be read from is suspect.
    A frozen Lambda or a lost peer writes nothing: after `IDLE_SECONDS` the server is asked.
    """
    now = time.monotonic()
    socket = select.poll()  # select() itself cannot watch a process's sockets beyond its 1024th
    socket.register(connection.fileno(), select.POLLIN)
    if socket.poll(0) or now - connection.last_seen > IDLE_SECONDS:
        connection.execute("")
        connection.rollback()
    connection.last_seen = now
