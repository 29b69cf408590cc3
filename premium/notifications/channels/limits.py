"""What providers ask of those who are over a limit, each in its own words."""

from __future__ import annotations

import math
import time
from typing import Any

import httpx

from premium.neighbours import CircuitBreaker, Limit, Neighbour, ReadLimit, retry_after
from premium.notifications.channels.adapter import TIMEOUT_SECONDS

FCM_SECONDS = 60.0
"""After a 429 of FCM without a Retry-After, as its documentation asks."""


def neighbour(
    name: str, client: httpx.AsyncClient, breaker: CircuitBreaker | None, limit_of: ReadLimit | None = None
) -> Neighbour:
    """Return the neighbour that one attempt is made at."""
    return Neighbour(
        name, client=client, timeout=TIMEOUT_SECONDS, attempts=1, breaker=breaker, limit_of=limit_of or by_header
    )


def by_header(answer: httpx.Response) -> Limit:
    """Read `Retry-After`: of a 503 it is the whole provider's."""
    return Limit(retry_after(answer.headers.get("Retry-After")), everywhere=answer.is_server_error)


def by_account(answer: httpx.Response) -> Limit:
    """Read `Retry-After` of a provider whose limits are those of our account."""
    return by_header(answer)._replace(everywhere=True)


def sendgrid(answer: httpx.Response) -> Limit:
    """Read `Retry-After`, or `X-RateLimit-Reset` (Unix seconds); its limits are our account's."""
    said = by_account(answer)
    reset = _seconds(answer.headers.get("X-RateLimit-Reset"))
    return said if said.wait is not None or reset is None else said._replace(wait=max(reset - time.time(), 0.0))


def fcm(answer: httpx.Response) -> Limit:
    """Read `Retry-After`, by default a minute; a 429 may be the device's or the project's."""
    said = by_header(answer)
    return said if said.wait is not None else said._replace(wait=FCM_SECONDS)


def telegram(answer: httpx.Response) -> Limit:
    """Read `parameters.retry_after` (seconds), which is the chat's; Telegram sends no header."""
    parameters = _object(_object(_json(answer)).get("parameters"))
    wait = _seconds(parameters.get("retry_after"))
    return by_header(answer) if wait is None else Limit(wait)


def discord(answer: httpx.Response) -> Limit:
    """Read `retry_after` (seconds with decimals) and `global`; the header where the body has none."""
    said = _object(_json(answer))
    wait = _seconds(said.get("retry_after"))
    everywhere = said.get("global") is True or answer.headers.get("X-RateLimit-Scope") == "global"
    return Limit(by_header(answer).wait if wait is None else wait, everywhere=everywhere or answer.is_server_error)


def discord_pause(answer: httpx.Response) -> float | None:
    """Return for how long a webhook takes no more, as its last accepted message says."""
    left = answer.headers.get("X-RateLimit-Remaining")
    return _seconds(answer.headers.get("X-RateLimit-Reset-After")) if left == "0" else None


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _seconds(value: object) -> float | None:
    """The number of seconds, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None
