"""Redis clients that give up in seconds and read a rotated password again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from redis import AuthenticationError, ConnectionPool, CredentialProvider, Redis
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import ConnectionError as Refused
from redis.retry import Retry

from premium.config import Settings, field_of

if TYPE_CHECKING:
    from redis.connection import Connection

    from premium.storage.secrets import Secrets


CACHES = 3
CACHE_SECONDS = 0.5
"""What a cache saves is soon lost by waiting for it."""


def redis_client(settings: Settings, number: int, secrets: Callable[[], Secrets]) -> Redis:
    """Return a client of a database; connections are made when used.

    As `REDIS_SECRET_ARN` or `REDIS_URL` says.
    """
    options: dict[str, Any] = {
        "db": number,
        "socket_connect_timeout": 2,
        "socket_timeout": 5,
        "health_check_interval": 30,
        # The library's own would hold a request for ten seconds while Redis is away.
        "retry": Retry(ExponentialBackoff(cap=0.2, base=0.05), 2),
    }
    if number == CACHES:
        options |= _hasty(CACHE_SECONDS)
    arn = settings.secret_arn("redis")
    if arn is None:
        return Redis.from_url(str(settings.redis_url), **options)
    fields = secrets().read(arn)
    if fields.get("password"):
        password = _Password(secrets, arn)
        options |= {"credential_provider": password, "redis_connect_func": password.log_in}
    return Redis(
        host=field_of(fields, "host", arn),
        port=int(fields.get("port", "6379")),
        ssl=fields.get("tls", "true").lower() == "true",
        **options,
    )


def impatient(redis: Redis, seconds: float, *, again: bool = False) -> Redis:
    """Return a client of the same database that gives up after `seconds`.

    `again`: tried once more where a connection broke.
    """
    pool = redis.connection_pool
    options = {**pool.connection_kwargs, **_hasty(seconds, again=again), "health_check_interval": 0}
    return Redis(connection_pool=ConnectionPool(connection_class=pool.connection_class, **options))


def _hasty(seconds: float, *, again: bool = True) -> dict[str, Any]:
    """Return one more try for a broken connection, but never after a time-out.

    A server that restarted breaks connections that were idle.
    """
    retry = Retry(NoBackoff(), 1 if again else 0, supported_errors=(Refused,))
    return {"socket_timeout": seconds, "socket_connect_timeout": 2 * seconds, "retry": retry}


class _Password(CredentialProvider):
    """The password at each connect; a refused one is read again once."""

    def __init__(self, secrets: Callable[[], Secrets], arn: str) -> None:
        self._secrets = secrets
        self._arn = arn

    def get_credentials(self) -> tuple[str]:
        return (self._secrets().read(self._arn)["password"],)

    def log_in(self, connection: Connection) -> None:
        try:
            connection.on_connect()  # type: ignore[no-untyped-call]  # redis leaves it bare
        except AuthenticationError:
            self._secrets().renew(self._arn)
            connection.on_connect()  # type: ignore[no-untyped-call]  # redis leaves it bare
