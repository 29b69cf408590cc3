"""Secrets: kept for minutes, read again on demand, still served while Secrets Manager is away, never quoted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from premium.config import ConfigurationError
from premium.errors import UpstreamUnavailable
from premium.storage.secrets import RENEWAL_PAUSE_SECONDS, TTL_SECONDS, Secrets

pytestmark = pytest.mark.unit


class Manager:
    """Secrets Manager as far as `Secrets` calls it."""

    def __init__(self) -> None:
        self.value: Any = {"password": "first"}
        self.calls = 0
        self.failure: Exception | None = None

    def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: ARG002, N803 - boto3's name
        self.calls += 1
        if self.failure:
            raise self.failure
        return {"SecretString": self.value if isinstance(self.value, str) else json.dumps(self.value)}


@pytest.fixture
def manager() -> Manager:
    return Manager()


@pytest.fixture
def now() -> list[float]:
    return [1000.0]


@pytest.fixture
def secrets(manager: Manager, now: list[float]) -> Secrets:
    return Secrets(lambda: manager, monotonic=lambda: now[0])  # type: ignore[arg-type, return-value]  # a part of it


def test_a_secret_is_read_once_in_its_time(secrets: Secrets, manager: Manager, now: list[float]) -> None:
    assert [secrets.read("arn")["password"] for _ in range(3)] == ["first"] * 3
    assert manager.calls == 1
    manager.value = {"password": "second"}
    now[0] += TTL_SECONDS
    assert secrets.read("arn")["password"] == "second"


def test_renewing_reads_it_now_but_does_not_flood(secrets: Secrets, manager: Manager, now: list[float]) -> None:
    secrets.read("arn")
    manager.value = {"password": "second"}
    now[0] += RENEWAL_PAUSE_SECONDS
    assert [secrets.renew("arn")["password"] for _ in range(5)] == ["second"] * 5
    assert manager.calls == 2


def test_an_outage_serves_what_is_known(secrets: Secrets, manager: Manager, now: list[float]) -> None:
    secrets.read("arn")
    manager.failure = EndpointConnectionError(endpoint_url="https://nowhere")
    now[0] += TTL_SECONDS + 1
    assert secrets.read("arn")["password"] == "first"
    with pytest.raises(UpstreamUnavailable):
        secrets.read("another arn")


def test_a_refusal_is_ours_to_see(secrets: Secrets, manager: Manager) -> None:
    manager.failure = ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetSecretValue")
    with pytest.raises(ClientError):
        secrets.read("arn")


@pytest.mark.parametrize("value", ["hunter2", '["hunter2"]'])
def test_what_is_no_object_is_not_quoted(secrets: Secrets, manager: Manager, value: str) -> None:
    manager.value = value
    with pytest.raises(ConfigurationError, match=r"^the secret arn is not a JSON object$"):
        secrets.read("arn")


def test_numbers_and_flags_are_strings(secrets: Secrets, manager: Manager) -> None:
    manager.value = {"port": 5432, "tls": True}
    assert secrets.read("arn") == {"port": "5432", "tls": "true"}
