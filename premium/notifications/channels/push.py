"""Push messages by Firebase Cloud Messaging (HTTP v1).

The access token is one that our service account signs for.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import httpx
import jwt

from premium.errors import UpstreamUnavailable
from premium.neighbours import CircuitBreaker, Refused
from premium.notifications.channels import limits
from premium.notifications.channels.adapter import Way
from premium.notifications.model import Delivery
from premium.plaintext import line, within_bytes

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_ASSERTION_SECONDS = 3600
_RENEW_BEFORE = 120
MAX_BYTES = 4_096
"""Of a message in all, as UTF-8; FCM refuses a longer one for good."""
_MAX_TITLE_BYTES, _MAX_BODY_BYTES = 400, 2_000
_MAX_ID_BYTES, _IDS = 100, 8


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
        google = limits.neighbour("the push provider's sign-in", self._client, None, limits.by_account)
        answer = await google.request("POST", self._url, data={"grant_type": _GRANT, "assertion": assertion})
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

    def way(self, delivery: Delivery) -> Way:
        """A lane for each device."""
        return Way(f"fcm {delivery.destination}", "fcm", at_once=2)

    async def send(self, delivery: Delivery, breaker: CircuitBreaker) -> None:
        """Send the message."""
        fcm = limits.neighbour("the push provider", self._client, breaker, limits.fcm)
        try:
            headers = {"Authorization": f"Bearer {await self._token.get()}"}
        except Refused as error:
            raise UpstreamUnavailable(error.message) from error
        try:
            await fcm.request("POST", self._url, json=push_request(delivery), headers=headers)
        except Refused as error:
            if error.details.get("status") in (401, 403):
                self._token.forget()
                raise UpstreamUnavailable(error.message) from error
            raise


def push_request(delivery: Delivery) -> dict[str, Any]:
    """Return the body of messages:send, of at most `MAX_BYTES`.

    Data values are strings, and the collapse key lets a repeat replace the first.

    Of the notice's data its ids go along, by which an app opens the right page.
    """
    ids = [(name, value) for name, value in delivery.data.items() if name.endswith("Id") and isinstance(value, str)]
    short = {name: value for name, value in ids if _size(name) + _size(value) <= _MAX_ID_BYTES}
    data = {**dict(list(short.items())[:_IDS]), "deliveryId": str(delivery.id),
            "notice": delivery.kind.rpartition(".")[2]}  # fmt: skip
    title = within_bytes(line(delivery.title), _MAX_TITLE_BYTES, _size)
    room = MAX_BYTES - _size(_request(delivery, title, "", data))
    return _request(delivery, title, within_bytes(delivery.text, min(room, _MAX_BODY_BYTES), _size), data)


def _request(delivery: Delivery, title: str, body: str, data: dict[str, str]) -> dict[str, Any]:
    return {
        "message": {
            "token": delivery.destination,
            "notification": {"title": title, "body": body},
            "data": data,
            "android": {"collapse_key": str(delivery.id)},
            "apns": {"headers": {"apns-collapse-id": str(delivery.id)}},
        }
    }


def _size(value: object) -> int:
    """The bytes of a value as JSON: what is escaped in it takes more than its own."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace"))
