"""A client for addresses that users give: it connects to checked ones only.

It reads no more than it needs. The name is resolved here, every address is judged, and the connection goes to one of
these very addresses, under the name's own Host and TLS name: a second answer of the DNS has nobody to mislead.
Redirects are not followed.
"""

from __future__ import annotations

import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable

import httpcore
import httpx

from premium.neighbours import Refused
from premium.notifications.channels.resolver import Resolve, Resolver
from premium.notifications.destinations import Address, address_problem, port_problem

CONNECT_SECONDS = 3.0
MAX_ANSWER_BYTES = 16_384
POOL = 8
_ORIGINS = 1_000
_KEEPALIVE_SECONDS = 15
_TRIED = 3


class Blocked(Refused):
    """The name leads to an address that no webhook may reach."""


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """httpcore's connections, made to checked addresses only."""

    def __init__(self, *, loopback: bool, resolve: Resolve) -> None:
        self._loopback = loopback
        self._resolve = resolve
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to one of the name's addresses, all of which were checked."""
        failure: Exception = httpcore.ConnectError("no address")
        for address in await self._checked(host, port):
            try:
                return await self._inner.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - httpcore's signature
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002 - httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: a socket file is no destination."""
        raise Blocked(f"{path} is not on the network")

    async def sleep(self, seconds: float) -> None:
        """Sleep as httpcore asks."""
        await self._inner.sleep(seconds)

    async def _checked(self, host: str, port: int) -> list[Address]:
        """One forbidden address among them blocks all: a name that has both is trying something."""
        if port_problem(port):
            raise Blocked(f"no webhook goes to port {port}")
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("the name cannot be resolved") from error
        for address in addresses:
            if address_problem(address, loopback=self._loopback):
                raise Blocked("the destination's name leads to an address that is not public")
        return addresses[:_TRIED]


class _Pool(httpx.AsyncHTTPTransport):
    """httpx's transport over the guarded backend: a few connections to one origin."""

    def __init__(self, backend: GuardedBackend, context: ssl.SSLContext) -> None:
        super().__init__(verify=context, trust_env=False)
        # httpx has no argument for the backend; its pool is httpcore's, which has.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=POOL,
            max_keepalive_connections=POOL,
            keepalive_expiry=_KEEPALIVE_SECONDS,
            network_backend=backend,
        )
        self.busy = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, counted while it is under way."""
        self.busy += 1
        try:
            return await super().handle_async_request(request)
        finally:
            self.busy -= 1


class GuardedTransport(httpx.AsyncBaseTransport):
    """Small pools of connections, several to one origin where it is busy.

    httpcore compares each connection of a pool with each other at every request. Answers are cut short.
    """

    def __init__(
        self, *, loopback: bool, resolve: Resolve | None = None, context: ssl.SSLContext | None = None
    ) -> None:
        self._backend = GuardedBackend(loopback=loopback, resolve=resolve or Resolver())
        self._context = context or httpx.create_ssl_context(trust_env=False)
        self._origins: OrderedDict[tuple[str, str, int | None], list[_Pool]] = OrderedDict()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request by a pool with a connection to spare.

        The answer is cut short.
        """
        pool = await self._pool_of(request.url)
        response = await pool.handle_async_request(request)
        # Nobody reads the answer: unpacked, a small one could fill the memory.
        response.headers.pop("content-encoding", None)
        assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - what this transport makes
        response.stream = _Short(response.stream)
        return response

    async def aclose(self) -> None:
        """Close all pools."""
        for pools in self._origins.values():
            for pool in pools:
                await pool.aclose()

    async def _pool_of(self, url: httpx.URL) -> _Pool:
        """The first that has a connection to spare; the first ones stay warm."""
        key = (url.scheme, url.host, url.port)
        pools = self._origins.setdefault(key, [])
        self._origins.move_to_end(key)
        pool = next((pool for pool in pools if pool.busy < POOL), None)
        if pool is None:
            pool = _Pool(self._backend, self._context)
            pools.append(pool)
        if len(self._origins) > _ORIGINS:
            await self._forget_idle()
        return pool

    async def _forget_idle(self) -> None:
        """The longest unused, if nothing is under way there."""
        oldest, pools = next(iter(self._origins.items()))
        if not any(pool.busy for pool in pools):
            del self._origins[oldest]
            for pool in pools:
                await pool.aclose()


class _Short(httpx.AsyncByteStream):
    """The beginning of a stream."""

    def __init__(self, whole: httpx.AsyncByteStream) -> None:
        self._whole = whole

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MAX_ANSWER_BYTES
        async for chunk in self._whole:
            yield chunk[:left]
            left -= len(chunk)
            if left <= 0:
                return

    async def aclose(self) -> None:
        """Close the whole stream."""
        await self._whole.aclose()


def open_guarded(
    *, loopback: bool, resolve: Resolve | None = None, context: ssl.SSLContext | None = None
) -> httpx.AsyncClient:
    """The client for webhooks; `loopback` lets it reach this machine itself."""
    return httpx.AsyncClient(
        transport=GuardedTransport(loopback=loopback, resolve=resolve, context=context),
        timeout=httpx.Timeout(10, connect=CONNECT_SECONDS),
        follow_redirects=False,
        trust_env=False,
    )
