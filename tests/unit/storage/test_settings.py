"""What a process is told: where its stores are, and one sentence where that is missing or must not be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict

from premium.bootstrap import Platform
from premium.config import ConfigurationError, Settings
from premium.notifications.manifest import NotificationSettings
from premium.storage.conninfo import postgres_conninfo

pytestmark = pytest.mark.unit
SECRET = {"host": "db", "port": "6432", "dbname": "premium", "username": "premium_app", "password": "it's a / secret"}


class Known:
    """Secrets that are there already, with what `renew` would find."""

    def __init__(self, now: Mapping[str, str], renewed: Mapping[str, str] | None = None) -> None:
        self._now, self._renewed = now, renewed or now

    def read(self, _arn: str) -> Mapping[str, str]:
        return self._now

    def renew(self, _arn: str) -> Mapping[str, str]:
        return self._renewed


def conninfo(settings: Settings, secrets: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    now, renewed = postgres_conninfo(settings, "database", lambda: secrets)
    return conninfo_to_dict(now()), conninfo_to_dict(renewed())


def test_a_deployed_stage_connects_by_its_secret_with_tls() -> None:
    settings = Settings(premium_stage="prod", database_secret_arn="arn")
    now, renewed = conninfo(settings, Known(SECRET, {**SECRET, "password": "next"}))
    assert now == {
        "host": "db",
        "port": "6432",
        "dbname": "premium",
        "user": "premium_app",
        "password": "it's a / secret",
        "sslmode": "require",
    }
    assert renewed["password"] == "next"


def test_one_machine_connects_by_url() -> None:
    settings = Settings(premium_stage="local", database_url="postgresql://a:b@localhost/c")
    assert conninfo(settings, None)[0]["dbname"] == "c"


@pytest.mark.parametrize("name", ["database_url", "timeseries_url", "redis_url", "worker_database_url"])
def test_no_secret_stands_in_the_environment_of_a_deployed_stage(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name.upper()} holds a secret .* give its ARN"):
        Settings.from_environment({"PREMIUM_STAGE": "prod", name.upper(): "anything"})


@pytest.mark.parametrize(
    ("use", "variable"),
    [
        (lambda p: p.database, "DATABASE_SECRET_ARN"),
        (lambda p: p.timeseries, "TIMESERIES_SECRET_ARN"),
        (lambda p: p.redis(1), "REDIS_SECRET_ARN"),
        (lambda p: p.tables("jobs"), "JOBS_TABLE"),
        (lambda p: p.objects, "REPORTS_BUCKET"),
        (lambda p: p.streams, "CONNECTIONS_TABLE"),
    ],
)
def test_a_part_that_is_used_names_what_it_misses(use: Any, variable: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{variable} is not set"):
        use(Platform(Settings(premium_stage="prod")))


def test_a_secret_without_a_field_is_named_without_its_content() -> None:
    settings = Settings(premium_stage="prod", database_secret_arn="arn:of:it")
    with pytest.raises(ConfigurationError, match=r"^the secret arn:of:it has no field 'host'$"):
        conninfo(settings, Known({"password": "hunter2"}))


def test_a_platform_with_one_role_uses_it_for_workers_too() -> None:
    one = Platform(Settings(premium_stage="local", database_url="postgresql://a@localhost/c"))
    assert one.worker_database is one.database
    both = Platform(
        Settings(premium_stage="local", database_url="postgresql:///a", worker_database_url="postgresql:///b")
    )
    assert both.worker_database is not both.database


@pytest.mark.parametrize(("value", "refusal"), [("true", "local only"), ("maybe", "true or false"), ("false", None)])
def test_a_deployed_stage_refuses_what_is_switched_on_for_one_machine_alone(value: str, refusal: str | None) -> None:
    environment = {"PREMIUM_STAGE": "prod", "WEBHOOKS_TO_LOOPBACK": value}
    if refusal is None:
        assert not Settings.from_environment(environment).of(NotificationSettings).webhooks_to_loopback
        return
    with pytest.raises(ConfigurationError, match=f"WEBHOOKS_TO_LOOPBACK.*{refusal}"):
        Settings.from_environment(environment)
