"""Push messages by Firebase Cloud Messaging (HTTP v1).

The access token is one that our service account signs for.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
import jwt

from premium.errors import UpstreamUnavailable
from premium.neighbours import CircuitBreaker, Neighbour, Refused
from premium.notifications.channels.adapter import TIMEOUT_SECONDS, Way
from premium.notifications.model import Delivery
from premium.plaintext import line

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_ASSERTION_SECONDS = 3600
_RENEW_BEFORE = 120
_MAX_BODY = 1_000
"""FCM takes 4,096 bytes in all."""


class AccessToken:
    """Google's OAuth 2.0 for service accounts (RFC 7523).

    A signed assertion for a token that lives an hour.
    """

    def __init__(self, client: httpx.AsyncClient, *, account: str, key: str, url: str) -> None:
        self._client = client
        self._account = account
        self._key = key
        self._url = url
        self._token = ""
        self._until = 0.0
        self._one_at_a_time = asyncio.Lock()

    async def get(self) -> str:
        """Raises as a `Neighbour` does."""
        async with self._one_at_a_time:
            if time.monotonic() >= self._until:
                await self._renew()
            return self._token

    def forget(self) -> None:
        """Sign in anew the next time."""
        self._until = 0.0

    async def _renew(self) -> None:
        now = int(time.time())
        claims = {"iss": self._account, "scope": SCOPE, "aud": self._url, "iat": now, "exp": now + _ASSERTION_SECONDS}
        try:
            assertion = jwt.encode(claims, self._key, algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError) as error:
            raise UpstreamUnavailable("the push provider's key is not usable") from error
        neighbour = Neighbour("the push provider's sign-in", client=self._client, timeout=TIMEOUT_SECONDS, attempts=1)
        answer = await neighbour.request("POST", self._url, data={"grant_type": _GRANT, "assertion": assertion})
        try:
            given = answer.json()
            self._token = str(given["access_token"])
            self._until = time.monotonic() + float(given["expires_in"]) - _RENEW_BEFORE
        except (ValueError, KeyError, TypeError) as error:
            raise UpstreamUnavailable("the push provider's sign-in answered something else") from error


class PushMessages:
    """`base` is FCM's address."""

    def __init__(self, client: httpx.AsyncClient, token: AccessToken, *, project: str, base: str) -> None:
        self._client = client
        self._token = token
        self._url = f"{base.rstrip('/')}/v1/projects/{project}/messages:send"

    def way(self, delivery: Delivery) -> Way:  # noqa: ARG002 - one project
        """All messages go one way."""
        return Way("fcm", "fcm")

    async def send(self, delivery: Delivery, breaker: CircuitBreaker) -> None:
        """Send the message."""
        neighbour = Neighbour(
            "the push provider", client=self._client, timeout=TIMEOUT_SECONDS, attempts=1, breaker=breaker
        )
        try:
            headers = {"Authorization": f"Bearer {await self._token.get()}"}
        except Refused as error:
            raise UpstreamUnavailable(error.message) from error
        try:
            await neighbour.request("POST", self._url, json=push_request(delivery), headers=headers)
        except Refused as error:
            if error.details.get("status") in (401, 403):
                self._token.forget()
                raise UpstreamUnavailable(error.message) from error
            raise


def push_request(delivery: Delivery) -> dict[str, Any]:
    """Return the body of messages:send.

    Data values are strings, and the collapse key lets a repeat replace the first.

    Of the notice's data its ids go along, by which an app opens the right page.
    """
    ids = {name: value for name, value in delivery.data.items() if name.endswith("Id") and isinstance(value, str)}
    data = {**ids, "deliveryId": str(delivery.id), "notice": delivery.kind.rpartition(".")[2]}
    return {
        "message": {
            "token": delivery.destination,
            "notification": {"title": line(delivery.title), "body": delivery.text[:_MAX_BODY]},
            "data": data,
            "android": {"collapse_key": str(delivery.id)},
            "apns": {"headers": {"apns-collapse-id": str(delivery.id)}},
        }
    }
