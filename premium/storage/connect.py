"""Where the stores are: from a secret of a deployed stage, or from a URL on one machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from psycopg.conninfo import make_conninfo
from redis import CredentialProvider, Redis

from premium.config import ConfigurationError, Settings

if TYPE_CHECKING:
    from premium.secrets import Secrets

SecretsOf = Callable[[], "Secrets"]


def postgres_conninfo(settings: Settings, name: str, secrets: SecretsOf) -> tuple[Callable[[], str], Callable[[], str]]:
    """How to connect as `<NAME>_SECRET_ARN` or `<NAME>_URL` says: (as known, as read afresh)."""
    arn = secret_arn(settings, name)
    if arn is None:
        url = str(getattr(settings, f"{name}_url"))
        return (lambda: url), (lambda: url)
    return (lambda: _dsn(secrets().read(arn), arn)), (lambda: _dsn(secrets().renew(arn), arn))


def redis_client(settings: Settings, number: int, secrets: SecretsOf) -> Redis:
    """A client of database `number` that gives up after seconds; connections are made when used."""
    options: dict[str, Any] = {
        "db": number,
        "socket_connect_timeout": 2,
        "socket_timeout": 5,
        "health_check_interval": 30,
    }
    arn = secret_arn(settings, "redis")
    if arn is None:
        return Redis.from_url(str(settings.redis_url), **options)
    fields = secrets().read(arn)
    tls = fields.get("tls", "true").lower() == "true"
    return Redis(
        host=_field(fields, "host", arn),
        port=int(fields.get("port", "6379")),
        ssl=tls,
        credential_provider=_Rotating(secrets, arn) if fields.get("password") else None,
        **options,
    )


def secret_arn(settings: Settings, name: str) -> str | None:
    """The ARN that the environment gives, or None where it gives a URL; ConfigurationError where it gives neither."""
    arn = getattr(settings, f"{name}_secret_arn")
    if arn is None and not getattr(settings, f"{name}_url"):
        raise ConfigurationError(f"{name.upper()}_SECRET_ARN is not set; the stack's outputs give it (docs/operate.md)")
    return None if arn is None else str(arn)


class _Rotating(CredentialProvider):
    """Redis' user and password at each connect, so that a rotation reaches the next connection."""

    def __init__(self, secrets: SecretsOf, arn: str) -> None:
        self._secrets = secrets
        self._arn = arn

    def get_credentials(self) -> tuple[str]:
        return (self._secrets().read(self._arn)["password"],)


def _dsn(fields: Any, arn: str) -> str:
    return make_conninfo(
        "",
        host=_field(fields, "host", arn),
        port=fields.get("port", "5432"),
        dbname=_field(fields, "dbname", arn),
        user=_field(fields, "username", arn),
        password=fields.get("password"),
        sslmode=fields.get("sslmode", "require"),
    )


def _field(fields: Any, name: str, arn: str) -> str:
    if not fields.get(name):
        raise ConfigurationError(f"the secret {arn} has no field {name!r}")
    return str(fields[name])
