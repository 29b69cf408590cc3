"""Secrets of Secrets Manager: JSON by ARN, kept for minutes.

They are read again when a store refuses them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING

from premium.config import ConfigurationError
from premium.errors import UpstreamUnavailable
from premium.storage.aws import client_config, translated

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

TTL_SECONDS = 300.0
RENEWAL_PAUSE_SECONDS = 5.0
"""A store that is down refuses everyone: it must not turn into a flood on Secrets Manager."""


def secrets_manager() -> SecretsManagerClient:
    """Return the client; boto3 reads region and endpoint from the environment."""
    import boto3

    return boto3.client("secretsmanager", config=client_config())


class Secrets:
    """Secrets by ARN; an outage serves the value that is still known."""

    def __init__(
        self,
        client: Callable[[], SecretsManagerClient] = secrets_manager,
        *,
        ttl_seconds: float = TTL_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make_client = client
        self._client: SecretsManagerClient | None = None
        self._ttl = ttl_seconds
        self._monotonic = monotonic
        self._lock = Lock()
        self._known: dict[str, tuple[float, Mapping[str, str]]] = {}

    def read(self, arn: str) -> Mapping[str, str]:
        """Return a secret's fields as strings.

        UpstreamUnavailable where the secret cannot be had and was never read.
        """
        with self._lock:
            known = self._known.get(arn)
            if known and self._monotonic() - known[0] < self._ttl:
                return known[1]
            try:
                return self._fetch(arn)
            except UpstreamUnavailable:
                if known is None:
                    raise
                return known[1]

    def renew(self, arn: str) -> Mapping[str, str]:
        """Return the secret as it is now, for a caller whose copy was refused.

        It is asked at most every few seconds.
        """
        with self._lock:
            known = self._known.get(arn)
            if known and self._monotonic() - known[0] < RENEWAL_PAUSE_SECONDS:
                return known[1]
            return self._fetch(arn)

    def _fetch(self, arn: str) -> Mapping[str, str]:
        if self._client is None:
            self._client = self._make_client()
        with translated("Secrets Manager"):
            text = self._client.get_secret_value(SecretId=arn)["SecretString"]
        fields = _fields(arn, text)
        self._known[arn] = (self._monotonic(), fields)
        return fields


def _fields(arn: str, text: str) -> Mapping[str, str]:
    """Return the fields as strings; the error names the secret and never quotes it."""
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ConfigurationError(f"the secret {arn} is not a JSON object")
    return {str(name): field if isinstance(field, str) else json.dumps(field) for name, field in value.items()}
