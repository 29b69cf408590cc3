"""Check the neighbours that the user runs, and never stop them.

Their addresses are DATABASE_URL, TIMESERIES_URL, REDIS_URL, AWS_ENDPOINT_URL.
"""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
import redis

from local import secrets
from local.errors import LocalError
from local.service import QUICK
from migrations.errors import MigrationError
from migrations.roles import ROLES, make_roles


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or ''}{parts.path}"


class ExternalPostgres:
    """The user's PostgreSQL, in which the platform's roles are made.

    The role of the URLs makes them, with passwords that we keep, and hands the databases over to the owner role.
    """

    name: ClassVar[str] = "postgres"

    def __init__(self, premium: str, timeseries: str, state: Path) -> None:
        self._urls = {"premium": premium, "timeseries": timeseries}
        self._passwords = state / "external-postgres.json"

    @property
    def address(self) -> str:
        return _without_password(self._urls["premium"])

    def url(self, database: str, role: str) -> str:
        parts = urlsplit(self._urls[database])
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{role}:{quote(self._password(role))}@{host}"))

    def _password(self, role: str) -> str:
        return secrets.load_or_create(self._passwords, ROLES)[role]

    def healthy(self, *, seconds: float = QUICK) -> bool:
        try:
            for url in self._urls.values():
                psycopg.connect(url, connect_timeout=max(2, int(seconds))).close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self) -> None:
        roles = [{"username": role, "password": self._password(role)} for role in ROLES]
        for name, url in (("DATABASE_URL", self._urls["premium"]), ("TIMESERIES_URL", self._urls["timeseries"])):
            try:
                make_roles(url, lambda: roles, lambda _: None)
            except MigrationError as error:
                raise LocalError(
                    f"{name} ({_without_password(url)}) cannot be used: {error}.",
                    "Its role must own the database and may make roles (CREATEROLE).",
                ) from None


class ExternalRedis:
    name: ClassVar[str] = "redis"

    def __init__(self, url: str) -> None:
        self.url = url

    @property
    def address(self) -> str:
        return _without_password(self.url)

    def healthy(self, *, seconds: float = QUICK) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=seconds, socket_connect_timeout=seconds) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def start(self) -> None:
        if not self.healthy():
            raise LocalError(f"REDIS_URL ({self.address}) does not answer.", "Start it, or unset REDIS_URL.")


class ExternalAws:
    """The user's emulator of AWS: LocalStack, or one that speaks like it."""

    name: ClassVar[str] = "aws"

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    @property
    def address(self) -> str:
        return self.endpoint

    def healthy(self, *, seconds: float = QUICK) -> bool:
        try:
            request = f"{self.endpoint}/_localstack/health"
            with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310  # the address the user gave
                return "services" in json.load(answer)
        except (OSError, ValueError):
            return False

    def start(self) -> None:
        if not self.healthy():
            raise LocalError(
                f"AWS_ENDPOINT_URL ({self.endpoint}) does not answer /_localstack/health.",
                "Start that emulator, or unset AWS_ENDPOINT_URL for our own.",
            )
