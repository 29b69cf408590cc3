"""Webhooks: a signed POST to a user's server.

A repeat has the same ids in its headers.
"""

from __future__ import annotations

import time
from urllib.parse import quote, urlsplit

import httpx

from premium.neighbours import CircuitBreaker, Refused
from premium.notifications.channels.adapter import Way
from premium.notifications.channels.guard import Blocked
from premium.notifications.channels.limits import neighbour
from premium.notifications.channels.resolver import asking
from premium.notifications.channels.signature import HEADER, signature
from premium.notifications.destinations import url_problem
from premium.notifications.model import Delivery
from premium.storage.plain import to_json


class Webhooks:
    """Posts to users' servers; `client` is a guarded one."""

    def __init__(self, client: httpx.AsyncClient, *, loopback: bool) -> None:
        self._client = client
        self._loopback = loopback

    def way(self, delivery: Delivery) -> Way:
        """What one user's address does at a shared host must not stop any other."""
        parts = urlsplit(delivery.destination)
        host = f"webhook {parts.scheme}://{parts.netloc}"
        return Way(f"{delivery.user_id} {delivery.destination}", host)

    async def send(self, delivery: Delivery, breaker: CircuitBreaker) -> None:
        """Post the notice, signed."""
        if wrong := url_problem(delivery.destination, loopback=self._loopback):
            raise Blocked(f"the destination {wrong}")
        if delivery.signing_secret is None:
            raise Refused("there is no signing secret: ask for a new one")
        body = body_of(delivery)
        asking.set(delivery.user_id)
        server = neighbour("the destination", self._client, breaker)
        headers = headers_of(delivery, body, int(time.time()), delivery.signing_secret)
        answer = await server.request("POST", delivery.destination, content=body, headers=headers)
        if answer.is_redirect:
            raise Refused(f"the destination answered {answer.status_code}: redirects are not followed")


def headers_of(delivery: Delivery, body: bytes, now: int, secret: str) -> dict[str, str]:
    """Headers of the POST; an event's id may hold any character, so it is percent-encoded."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "Premium-Alerts/1",
        "Accept-Encoding": "identity",
        "X-Premium-Event-Id": quote(str(delivery.data.get("eventId", delivery.key)), safe=":-._~/@"),
        "X-Premium-Delivery-Id": str(delivery.id),
        "X-Premium-Timestamp": str(now),
        HEADER: signature(secret, now, body),
    }


def body_of(delivery: Delivery) -> bytes:
    """Return the notice as JSON, the same bytes at every attempt."""
    named = {} if "type" in delivery.data else {"type": delivery.kind, "title": delivery.title}
    return to_json({**named, **delivery.data, "deliveryId": delivery.id, "message": delivery.text}).encode()
