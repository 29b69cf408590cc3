"""Write addresses and passwords of the local stores into the stage's secrets.

CloudFormation made the secrets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from botocore.exceptions import ClientError

from local import secrets, stacks
from local.clients import Clients
from local.errors import LocalError
from local.identities.provider import CLIENT_SECRET
from local.neighbours import Neighbours

PAYMENTS = ("Stripe", "Paddle")
_DATABASES = {"Database": "premium", "Timeseries": "timeseries"}
_ROLES = {"Owner": "premium_owner", "App": "premium_app", "Worker": "premium_worker"}
JWT_ISSUER, JWT_AUDIENCE = "https://free.example", "premium"


def fill(clients: Clients, neighbours: Neighbours, state: Path) -> None:
    """Write each value that differs from its secret's."""
    arns = secret_arns(clients)
    for name, value in values(neighbours, state).items():
        if name not in arns:
            raise LocalError(f"The deployed stage has no secret {name}.", "Run: make deploy")
        _put(clients, arns[name], value)


def values(neighbours: Neighbours, state: Path) -> dict[str, dict[str, str]]:
    """Return the secrets' values by their names in our stacks.

    docs/architecture.md describes their form.
    """
    found = {
        prefix + suffix: _postgres(neighbours.postgres.url(database, role))
        for prefix, database in _DATABASES.items()
        for suffix, role in _ROLES.items()
    }
    return {
        **found,
        "RedisAuth": _redis(neighbours.redis.url),
        "Jwt": jwt_secret(state),
        "Cursors": _kept(state, "cursors"),
        "Sessions": _kept(state, "sessions"),
        "Credentials": {**_kept(state, "credentials"), "google_client_secret": CLIENT_SECRET},
        "Providers": neighbours.inbox.providers(),
        **{f"{name}Api": {"value": f"sk_test_{name.lower()}"} for name in PAYMENTS},
        **{f"{name}Webhooks": webhook_secret(state, name.lower()) for name in PAYMENTS},
    }


def webhook_secret(state: Path, provider: str) -> dict[str, str]:
    """Return the secret by which a payment provider of this machine signs."""
    return _kept(state, f"{provider}-webhooks")


def jwt_secret(state: Path) -> dict[str, str]:
    """Return the key with which the free platform signs tokens on this machine."""
    key = secrets.load_or_create(state / "jwt.json", ["key"])["key"]
    return {"algorithm": "HS256", "key": key, "issuer": JWT_ISSUER, "audience": JWT_AUDIENCE}


def _kept(state: Path, name: str) -> dict[str, str]:
    return {"value": secrets.load_or_create(state / f"{name}.json", ["key"])["key"]}


def secret_arns(clients: Clients) -> Mapping[str, str]:
    return {one.name: one.physical_id for one in stacks.resources(clients, "AWS::SecretsManager::Secret")}


def _postgres(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    return {
        "host": parts.hostname or "",
        "port": str(parts.port or 5432),
        "dbname": parts.path.lstrip("/"),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "sslmode": "prefer",  # our own speaks plain TCP on the loopback; a server of the user's may ask for TLS
    }


def _redis(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    tls = "true" if parts.scheme == "rediss" else "false"
    password = unquote(parts.password or "")
    return {"host": parts.hostname or "", "port": str(parts.port or 6379), "password": password, "tls": tls}


def _put(clients: Clients, arn: str, value: Mapping[str, str]) -> None:
    text = json.dumps(value)
    try:
        known = clients.secrets.get_secret_value(SecretId=arn)["SecretString"]
    except ClientError:
        known = ""
    if known != text:
        clients.secrets.put_secret_value(SecretId=arn, SecretString=text)
