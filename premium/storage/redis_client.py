"""Redis clients that give up in seconds and read a rotated password again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from redis import AuthenticationError, CredentialProvider, Redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from premium.config import Settings, field_of

if TYPE_CHECKING:
    from redis.connection import Connection

    from premium.secrets import Secrets


def redis_client(settings: Settings, number: int, secrets: Callable[[], Secrets]) -> Redis:
    """A client of database `number` as `REDIS_SECRET_ARN` or `REDIS_URL` says; connections are made when used."""
    options: dict[str, Any] = {
        "db": number,
        "socket_connect_timeout": 2,
        "socket_timeout": 5,
        "health_check_interval": 30,
        # The library's own would hold a request for ten seconds while Redis is away.
        "retry": Retry(ExponentialBackoff(cap=0.2, base=0.05), 2),
    }
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


class _Password(CredentialProvider):
    """The password at each connect; where it is refused, the secret is read again once."""

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
