"""The one way out to neighbours: nodes, price sources, providers of any kind.

Time-outs are at most 30 s, repeats wait 1, 2, 4, 8, 16 s with jitter and happen only where a repeat is safe,
and a circuit breaker keeps a dead neighbour from costing every caller its time-out.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any, NamedTuple

import httpx
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from premium.errors import UpstreamUnavailable

# Its INFO lines carry whole URLs, and with them the keys of paid endpoints.
logging.getLogger("httpx").setLevel(logging.WARNING)

MAX_TIMEOUT = 30.0
MAX_REPEATS = 5
_LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=20)
MAX_WAIT = 24 * 3600.0
"""Of a Retry-After: what asks for more is asked again after a day."""
_REPEATABLE_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})


class Refused(UpstreamUnavailable):
    """The neighbour answered and said no (a 4xx, `details["status"]`): repeating the same request cannot help."""

    retryable = False


class Limit(NamedTuple):
    """What a neighbour asks of us that is over a limit."""

    wait: float | None = None
    """Seconds; None where it names none."""
    everywhere: bool = False
    """Whether the limit is our account's with it, not that of one address there."""


class Throttled(UpstreamUnavailable):
    """The neighbour takes no more for now: a 429, or a failure with a Retry-After."""

    def __init__(self, message: str, limit: Limit = Limit()) -> None:  # noqa: B008 - a frozen value
        super().__init__(message)
        self.wait = None if limit.wait is None else min(max(limit.wait, 0.0), MAX_WAIT)
        self.everywhere = limit.everywhere


class CircuitOpen(UpstreamUnavailable):
    """The breaker is open: nothing was sent."""


class Breaker(StrEnum):
    """The state of a circuit breaker."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    OPEN = "open"


ReadLimit = Callable[[httpx.Response], Limit]
StateListener = Callable[[str, Breaker], None]
"""Told the neighbour's name and its breaker's new state, so that metrics can show it."""


@dataclass
class CircuitBreaker:
    """Stops calls to a neighbour that keeps failing.

    Opens after `threshold` failures in a row; after `rest` seconds one call probes (half-open) and decides.

    A probe that never reports (its task was cancelled) frees its place after another `rest`.
    """

    name: str
    threshold: int = 5
    rest: float = 30.0
    clock: Callable[[], float] = time.monotonic
    on_change: StateListener | None = None
    state: Breaker = field(default=Breaker.CLOSED, init=False)
    _failures: int = field(default=0, init=False)
    _since: float = field(default=0.0, init=False)

    def admit(self) -> None:
        """Let a call go out; CircuitOpen unless one may now."""
        if self.state is Breaker.CLOSED:
            return
        if self.clock() - self._since < self.rest:
            raise CircuitOpen(f"{self.name} is not called for now: it failed {self._failures} times in a row")
        self._since = self.clock()
        self._become(Breaker.HALF_OPEN)

    def succeeded(self) -> None:
        """Note that the neighbour answered."""
        self._failures = 0
        self._become(Breaker.CLOSED)

    def failed(self) -> None:
        """Note that the neighbour failed."""
        self._failures += 1
        if self.state is Breaker.HALF_OPEN or self._failures >= self.threshold:
            self._since = self.clock()
            self._become(Breaker.OPEN)

    def _become(self, state: Breaker) -> None:
        if state is self.state:
            return
        self.state = state
        if self.on_change is not None:
            self.on_change(self.name, state)


def repeating(
    repeats: int, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep, jitter: float = 1.0
) -> AsyncRetrying:
    """Return a runner that repeats a coroutine while it fails retryably.

    It waits 1, 2, 4, 8, 16 s, each up to `jitter` s longer.
    """

    return AsyncRetrying(
        stop=stop_after_attempt(1 + repeats),
        wait=wait_exponential_jitter(initial=1, max=16 + jitter, jitter=jitter),
        retry=retry_if_exception(worth_repeating),
        sleep=sleep,
        reraise=True,
    )


def worth_repeating(error: BaseException) -> bool:
    """Say whether a repeat may help.

    Not after a refusal, and not while a breaker is open."""
    return isinstance(error, UpstreamUnavailable) and error.retryable and not isinstance(error, CircuitOpen)


class Neighbour:
    """A service at the other end of HTTP, with its time-out, repeats and breaker.

    `safe` says whether requests may be repeated by default; `request(..., safe=...)` decides for one. `limit_of`
    reads what an answer over a limit asks; with it such an answer does not count against the breaker. `most_bytes`
    bounds an answer.
    """

    def __init__(
        self,
        name: str,
        *,
        client: httpx.AsyncClient,
        timeout: float = 10.0,
        attempts: int = 1 + MAX_REPEATS,
        safe: bool = False,
        limit_of: ReadLimit | None = None,
        breaker: CircuitBreaker | None = None,
        most_bytes: int | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if not 0 < timeout <= MAX_TIMEOUT:
            raise ValueError(f"{name}: a time-out lies between 0 and {MAX_TIMEOUT:.0f} s, not {timeout}")
        if not 1 <= attempts <= 1 + MAX_REPEATS:
            raise ValueError(f"{name}: 1 to {1 + MAX_REPEATS} attempts, not {attempts}")
        self.name, self._client, self._timeout = name, client, timeout
        self._attempts, self._safe, self._sleep = attempts, safe, sleep
        self._limit_of, self._most_bytes = limit_of, most_bytes
        self.breaker = breaker or CircuitBreaker(name)

    async def request(self, method: str, url: str, *, safe: bool | None = None, **options: Any) -> httpx.Response:
        """Send a request and return its 2xx or 3xx answer.

        Refused for a 4xx, UpstreamUnavailable when the neighbour fails to the last.

        `options` are httpx's: json, params, headers, content, timeout.
        """
        repeats = self._attempts - 1 if (self._safe if safe is None else safe) else 0
        return await repeating(repeats, sleep=self._sleep)(self._once, method, url, options)

    async def _once(self, method: str, url: str, options: dict[str, Any]) -> httpx.Response:
        self.breaker.admit()
        try:
            async with asyncio.timeout(options.get("timeout", self._timeout)):
                response = await self._sent(method, url, {"timeout": self._timeout, **options})
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            self.breaker.failed()
            raise UpstreamUnavailable(f"{self.name} did not answer: {type(error).__name__}") from error
        except asyncio.CancelledError:
            self.breaker.failed()  # whoever waited ran out of time: to the breaker that is no answer
            raise
        return self._judge(response)

    async def _sent(self, method: str, url: str, options: dict[str, Any]) -> httpx.Response:
        """Send a request; where answers are bounded no more of one is taken in than that."""
        if self._most_bytes is None:
            return await self._client.request(method, url, **options)
        async with self._client.stream(method, url, **options) as response:
            body = bytearray()
            async for part in response.aiter_bytes():
                body += part
                if len(body) > self._most_bytes:
                    self.breaker.failed()
                    raise UpstreamUnavailable(f"{self.name} answers more than {self._most_bytes:,} bytes")
            kept = {
                k: v for k, v in response.headers.items() if k.lower() not in ("content-encoding", "content-length")
            }
            return httpx.Response(response.status_code, headers=kept, content=bytes(body), request=response.request)

    def _judge(self, response: httpx.Response) -> httpx.Response:
        """Tell an answer from a refusal and a failure.

        A neighbour that says no is alive: only what a repeat could mend counts against its breaker.
        """
        wait = retry_after(response.headers.get("Retry-After"))
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS or (wait is not None and response.is_server_error):
            (self.breaker.succeeded if self._limit_of else self.breaker.failed)()
            limit = self._limit_of(response) if self._limit_of else Limit(wait)
            raise Throttled(f"{self.name} answered {response.status_code}", limit)
        if response.status_code in _REPEATABLE_STATUS or response.status_code >= 500:
            self.breaker.failed()
            raise UpstreamUnavailable(f"{self.name} answered {response.status_code}")
        self.breaker.succeeded()
        if response.is_error:
            code = response.status_code
            raise Refused(f"{self.name} refused the request with {code}", details={"status": code})
        return response


def retry_after(header: str | None, *, now: Callable[[], float] = time.time) -> float | None:
    """Return the seconds that a Retry-After asks for, None for none or nonsense.

    Whole or decimal seconds, or a date (RFC 9110, 10.2.3); one in the past is 0.
    """
    text = (header or "").strip()
    if text.replace(".", "", 1).isdecimal() and text.isascii():
        return min(float(text), MAX_WAIT)
    try:
        at = parsedate_to_datetime(text)
        # A date without a zone, or with -0000, is meant as GMT.
        stamp = (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(stamp - now(), 0.0), MAX_WAIT)


class _PoolEachOrigin(httpx.AsyncBaseTransport):
    """A connection pool for each neighbour.

    httpx's own pool walks all its connections at every request and response, which for a hundred chains is most of the
    time (`benchmarks/portfolio`).
    """

    def __init__(self) -> None:
        self._context = httpx.create_ssl_context(trust_env=False)
        self._pools: dict[tuple[str, str, int | None], httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        origin = (request.url.scheme, request.url.host, request.url.port)
        if origin not in self._pools:
            self._pools[origin] = httpx.AsyncHTTPTransport(verify=self._context, trust_env=False, limits=_LIMITS)
        return await self._pools[origin].handle_async_request(request)

    async def aclose(self) -> None:
        for pool in self._pools.values():
            await pool.aclose()


def open_client() -> httpx.AsyncClient:
    """Open the HTTP client of a task, for all its neighbours.

    It follows no redirects, so that a neighbour cannot send us elsewhere.
    """
    return httpx.AsyncClient(transport=_PoolEachOrigin(), timeout=MAX_TIMEOUT, follow_redirects=False, trust_env=False)
