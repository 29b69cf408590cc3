"""A PostgreSQL pool that survives stale connections, restarts, forks and rotated passwords.

Errors: what a later try may mend (no connection, server stopping, deadlock, time-out, full disk) is
UpstreamUnavailable; constraint violations stay psycopg's, for the store that knows what they mean.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import DictRow, dict_row
from psycopg.sql import SQL
from psycopg_pool import ConnectionPool, PoolTimeout

from premium.errors import UpstreamUnavailable
from premium.storage.connections import RenewingConnection, check_if_stale, connecting_by

STATEMENT_TIMEOUT_MS = 10_000
LOCK_TIMEOUT_MS = 5_000
IDLE_TIMEOUT_MS = 30_000
"""Between two statements of a transaction: the server ends the session of a process that froze, and frees its rows."""
# Literal SET LOCAL, not set_config(): RDS Proxy pins a session for the latter, and this is one round trip. Every
# transaction of ours says all of its bounds, so that they hold on a borrowed server too (`migrations.roles` has the
# same for sessions that are none of ours).
_BEGIN = SQL(
    "SET LOCAL app.current_user_id = {}; SET LOCAL statement_timeout = {}; SET LOCAL timezone = 'UTC'; "
    f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}; "
    f"SET LOCAL idle_in_transaction_session_timeout = {IDLE_TIMEOUT_MS}"
)
_ENDED = (psycopg.errors.IdleInTransactionSessionTimeout, psycopg.OperationalError, psycopg.InterfaceError)


class Database:
    """One database for one role; nothing is opened before the first transaction.

    `conninfo` is asked for each new connection; `renewed`, where given, is asked once more when the
    server refuses a connection, because the secret may have been rotated.
    """

    def __init__(
        self,
        conninfo: Callable[[], str],
        *,
        renewed: Callable[[], str] | None = None,
        min_size: int = 0,
        max_size: int = 4,
        wait_seconds: float = 5.0,
        statement_timeout_ms: int = STATEMENT_TIMEOUT_MS,
    ) -> None:
        if not 0 <= min_size <= max_size or max_size < 1:
            raise ValueError("a pool needs 0 <= min_size <= max_size and room for one connection")
        self._conninfo = conninfo
        self._connection_class = connecting_by(lambda: with_defaults((renewed or conninfo)()))
        self._sizes = (min_size, max_size)
        self._wait = wait_seconds
        self._statement_timeout = str(statement_timeout_ms)
        self._lock = Lock()
        self._pool: ConnectionPool[RenewingConnection] | None = None
        self._pid = 0
        self._of_the_parent: list[ConnectionPool[RenewingConnection]] = []

    @contextmanager
    def as_user(self, user_id: UUID, *, statement_timeout_ms: int | None = None) -> Iterator[Connection[DictRow]]:
        """Open a transaction that sees the rows of `user_id` (`premium_users.id`) alone."""
        with self._begin(str(user_id), statement_timeout_ms) as connection:
            yield connection

    @contextmanager
    def transaction(self, *, statement_timeout_ms: int | None = None) -> Iterator[Connection[DictRow]]:
        """Open a transaction without a user, for workers.

        The application role sees no row in it and may call lookups.
        """
        with self._begin("", statement_timeout_ms) as connection:
            yield connection

    def check(self, *, seconds: float = 1.5) -> None:
        """Make a round trip; UpstreamUnavailable where that fails.

        TimeoutError where there is no connection in time and none was refused: the server is slow.
        """
        pool = self._opened()
        refused = _refusals(pool)
        try:
            with pool.connection(timeout=seconds) as connection:
                connection.execute("SELECT 1")
        except PoolTimeout:
            if _refusals(pool) > refused:
                raise UpstreamUnavailable("the database refuses connections") from None
            raise TimeoutError(f"the database gave no connection within {seconds} s") from None
        except _ENDED as error:
            raise UpstreamUnavailable("the database is not available") from error

    def close(self) -> None:
        """Close the pool; the next transaction opens another."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None and self._pid == os.getpid():
            pool.close()

    @contextmanager
    def _begin(self, user: str, timeout_ms: int | None) -> Iterator[Connection[DictRow]]:
        timeout = self._statement_timeout if timeout_ms is None else str(timeout_ms)
        with unavailable_as_upstream(), self._opened().connection() as connection, connection.transaction():
            connection.execute(_BEGIN.format(user, timeout))
            yield connection

    def _opened(self) -> ConnectionPool[RenewingConnection]:
        """Return the pool of this process.

        A forked child (an RQ work horse) must not share its parent's sockets.
        """
        with self._lock:
            if self._pool is not None and self._pid != os.getpid():
                # Kept alive: collecting it would try to stop threads that live in the parent.
                self._of_the_parent.append(self._pool)
                self._pool = None
            if self._pool is None:
                self._pool = self._open()
                self._pid = os.getpid()
            return self._pool

    def _open(self) -> ConnectionPool[RenewingConnection]:
        options: dict[str, Any] = {
            "row_factory": dict_row,
            # A pooler in transaction mode hands the next transaction to another server connection.
            "prepare_threshold": None,
        }
        return ConnectionPool(
            lambda: with_defaults(self._conninfo()),
            connection_class=self._connection_class,
            kwargs=options,
            min_size=self._sizes[0],
            max_size=self._sizes[1],
            timeout=self._wait,
            check=check_if_stale,
            max_idle=300,
            reconnect_timeout=self._wait,
            num_workers=1,
            open=True,
        )


def with_defaults(conninfo: str) -> str:
    """Return `conninfo` with defaults for a service of ours.

    A bounded connect, keepalives that find a dead peer, and a name in pg_stat_activity.
    """
    defaults: dict[str, str | int] = {
        "connect_timeout": 3,
        "keepalives_idle": 30,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
        "application_name": os.environ.get("SERVICE_NAME", "premium"),
    }
    given = conninfo_to_dict(conninfo)
    return make_conninfo(conninfo, **{name: value for name, value in defaults.items() if name not in given})


def _refusals(pool: ConnectionPool[RenewingConnection]) -> int:
    """Return how many attempts to connect have failed."""
    return pool.get_stats().get("connections_errors", 0)


@contextmanager
def unavailable_as_upstream() -> Iterator[None]:
    """Raise UpstreamUnavailable for a lost connection, without psycopg's text."""
    try:
        yield
    except (psycopg.errors.DiskFull, psycopg.errors.ReadOnlySqlTransaction) as error:
        raise UpstreamUnavailable("the database cannot write at the moment") from error
    except psycopg.errors.QueryCanceled as error:
        raise UpstreamUnavailable("the database took too long to answer") from error
    except _ENDED as error:
        raise UpstreamUnavailable("the database is not available") from error
