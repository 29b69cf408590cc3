"""Where PostgreSQL is and as whom to connect.

From a secret of a deployed stage, or from a URL on one machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from psycopg.conninfo import make_conninfo

from premium.config import Settings, field_of

if TYPE_CHECKING:
    from premium.storage.secrets import Secrets

Conninfo = Callable[[], str]
AUTHORITIES = "/opt/certificates/rds.pem"
"""Who signs RDS's servers and proxies: in the functions' layer and in the workers' image."""


def postgres_conninfo(settings: Settings, store: str, secrets: Callable[[], Secrets]) -> tuple[Conninfo, Conninfo]:
    """Return how to connect, as known and as read afresh.

    As `<STORE>_SECRET_ARN` or `<STORE>_URL` says.
    """
    arn = settings.secret_arn(store)
    if arn is None:
        url = str(getattr(settings, f"{store}_url"))
        return (lambda: url), (lambda: url)
    return (lambda: _of_secret(secrets().read(arn), arn)), (lambda: _of_secret(secrets().renew(arn), arn))


def _of_secret(fields: Mapping[str, str], arn: str) -> str:
    return make_conninfo(
        "",
        host=field_of(fields, "host", arn),
        port=fields.get("port", "5432"),
        dbname=field_of(fields, "dbname", arn),
        user=field_of(fields, "username", arn),
        password=fields.get("password"),
        **transport(fields.get("sslmode"), fields.get("sslrootcert")),
    )


def transport(mode: str | None, authorities: str | None = None) -> dict[str, str]:
    """Return how a connection is encrypted and whom it trusts.

    By `verify-full` the server's name and its signer are checked; without a mode TLS is required and nobody checked.
    """
    given = {"sslmode": mode or "require"}
    return given | ({"sslrootcert": authorities or AUTHORITIES} if given["sslmode"].startswith("verify") else {})
