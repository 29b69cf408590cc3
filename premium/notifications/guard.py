"""A client for addresses that users give: it connects to what it has checked, and reads no more than it needs.

The name is resolved here, every address is judged, and the connection goes to one of these very addresses, under the
name's own Host and TLS name: a second answer of the DNS has nobody to mislead. Redirects are not followed.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

import httpcore
import httpx

from premium.neighbours import Refused
from premium.notifications.destinations import Address, address_problem

CONNECT_SECONDS = 3.0
MAX_ANSWER_BYTES = 16_384
MAX_CONNECTIONS = 500
_TRIED = 3
_RESOLVERS = 64

Resolve = Callable[[str, int], Awaitable[list[Address]]]


class Blocked(Refused):
    """The name leads to an address that no webhook may reach."""


class Resolver:
    """The system's resolver, in threads of its own: a dead name server must not hold up anything else."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="resolver")

    async def __call__(self, host: str, port: int) -> list[Address]:
        """Every address of the name, in the resolver's order; OSError where there is none."""
        ask = asyncio.get_running_loop().run_in_executor
        found = await ask(self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        # An IPv6 address may carry a scope: `fe80::1%eth0`.
        return [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


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
        raise Blocked(f"{path} is not on the network")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)

    async def _checked(self, host: str, port: int) -> list[Address]:
        """One forbidden address among them blocks all: a name that has both is trying something."""
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("the name cannot be resolved") from error
        for address in addresses:
            if address_problem(address, loopback=self._loopback):
                raise Blocked("the destination's name leads to an address that is not public")
        return addresses[:_TRIED]


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's transport over the guarded backend, with answers cut short."""

    def __init__(self, *, loopback: bool, resolve: Resolve | None = None, context: object = None) -> None:
        super().__init__(trust_env=False)
        # httpx has no argument for the backend; its pool is httpcore's, which has.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context or httpx.create_ssl_context(trust_env=False),  # type: ignore[arg-type]  # tests give theirs
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=MAX_CONNECTIONS // 5,
            keepalive_expiry=15,
            network_backend=GuardedBackend(loopback=loopback, resolve=resolve or Resolver()),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        # Nobody reads the answer: unpacked, a small one could fill the memory.
        response.headers.pop("content-encoding", None)
        assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - what this transport makes
        response.stream = _Short(response.stream)
        return response


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
        await self._whole.aclose()


def open_guarded(*, loopback: bool, resolve: Resolve | None = None, context: object = None) -> httpx.AsyncClient:
    """The client for webhooks; `loopback` lets it reach this machine itself."""
    return httpx.AsyncClient(
        transport=GuardedTransport(loopback=loopback, resolve=resolve, context=context),
        timeout=httpx.Timeout(10, connect=CONNECT_SECONDS),
        follow_redirects=False,
        trust_env=False,
    )
