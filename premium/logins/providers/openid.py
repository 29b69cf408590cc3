"""Ask an OpenID provider for its addresses, its keys, and whose a code is.

Every answer is bounded, and all that one login asks takes five seconds at most.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from typing import TypeVar

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from premium.errors import Unauthenticated, UpstreamUnavailable
from premium.logins.openid.documents import Addresses, Unreadable, addresses_of, keys_of, object_of
from premium.logins.openid.id_token import Identity, Refused, identity_of
from premium.neighbours import CircuitBreaker, open_client
from premium.neighbours_metrics import show
from premium.observability import logger

PATIENCE_SECONDS = 5.0
MAX_BYTES = 65_536
KNOWN_SECONDS = 3600.0
"""How long addresses and keys are believed."""
RENEW_SECONDS = 30.0
"""Between two reads of keys because a token names an unknown one: forgeries cause no storm."""
_DISCOVERY = "/.well-known/openid-configuration"
_REFUSED = (400, 401)
_PLAIN = {"Accept": "application/json", "Accept-Encoding": "identity"}
"""What is compressed may be of any size."""
T = TypeVar("T")


class OpenIdProvider:
    """One issuer, as one process knows it."""

    def __init__(self, issuer: str, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.issuer = issuer
        self._monotonic = monotonic
        self._breaker = CircuitBreaker("google", on_change=show)
        self._lock = threading.Lock()
        self._addresses: tuple[float, Addresses] | None = None
        self._keys: tuple[float, dict[str, RSAPublicKey]] | None = None

    def authorization(self) -> str:
        """Return where browsers log in; UpstreamUnavailable where the provider does not say."""
        return self._asked(self._located).authorization

    def identify(self, form: Mapping[str, str], *, nonce: str, now: float) -> Identity:
        """Return whose a code is.

        `form` is what the token endpoint is sent: code, verifier, client. Unauthenticated for a code that it refuses
        and for a token that proves nothing; UpstreamUnavailable where it does not answer, or not as the protocol says.
        """
        return self._asked(lambda client: self._identified(client, form, nonce, now))

    def _asked(self, ask: Callable[[httpx.AsyncClient], Awaitable[T]]) -> T:
        with self._lock:  # a process serves one request at a time; of threads one asks, the others find what it read
            self._breaker.admit()
            try:
                answer = asyncio.run(_within(PATIENCE_SECONDS, ask))
            except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, Unreadable) as error:
                self._breaker.failed()
                why = str(error) if isinstance(error, Unreadable) else type(error).__name__
                logger.warning("the provider of identities does not answer as the protocol says", reason=why)
                raise UpstreamUnavailable("Google does not answer just now; try again in a moment") from error
            except Unauthenticated:
                self._breaker.succeeded()
                raise
            self._breaker.succeeded()
            return answer

    async def _located(self, client: httpx.AsyncClient) -> Addresses:
        if self._addresses is None or self._monotonic() - self._addresses[0] >= KNOWN_SECONDS:
            status, body = await _read(client, "GET", self.issuer.rstrip("/") + _DISCOVERY)
            if status != httpx.codes.OK:
                raise Unreadable(f"discovery: answered {status}")
            self._addresses = (self._monotonic(), addresses_of(body, self.issuer))
        return self._addresses[1]

    async def _identified(self, client: httpx.AsyncClient, form: Mapping[str, str], nonce: str, now: float) -> Identity:
        status, body = await _read(client, "POST", (await self._located(client)).token, form)
        if status in _REFUSED:
            raise _unproven("code")
        if status != httpx.codes.OK:
            raise Unreadable(f"token: answered {status}")
        token = object_of(body, "token").get("id_token")
        keys = await self._known(client)
        try:
            return self._judged(token, keys, form["client_id"], nonce, now)
        except Refused as refused:
            if refused.rule != "key":
                raise _unproven(refused.rule) from None
        try:  # a key that was rotated in is read at once
            return self._judged(token, await self._known(client, renew=True), form["client_id"], nonce, now)
        except Refused as refused:
            raise _unproven(refused.rule) from None

    def _judged(
        self, token: object, keys: Mapping[str, RSAPublicKey], audience: str, nonce: str, now: float
    ) -> Identity:
        return identity_of(token, keys.get, issuer=self.issuer, audience=audience, nonce=nonce, now=now)

    async def _known(self, client: httpx.AsyncClient, *, renew: bool = False) -> Mapping[str, RSAPublicKey]:
        life = RENEW_SECONDS if renew else KNOWN_SECONDS
        if self._keys is None or self._monotonic() - self._keys[0] >= life:
            status, body = await _read(client, "GET", (await self._located(client)).keys)
            if status != httpx.codes.OK:
                raise Unreadable(f"keys: answered {status}")
            self._keys = (self._monotonic(), keys_of(body))
        return self._keys[1]


async def _within(seconds: float, ask: Callable[[httpx.AsyncClient], Awaitable[T]]) -> T:
    async with asyncio.timeout(seconds), open_client() as client:
        return await ask(client)


async def _read(
    client: httpx.AsyncClient, method: str, url: str, form: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """Return status and body of an answer; Unreadable for one of over 64 KiB, which is not read to its end."""
    body = bytearray()
    async with client.stream(method, url, data=form, headers=_PLAIN) as answer:
        async for part in answer.aiter_raw():
            body += part
            if len(body) > MAX_BYTES:
                raise Unreadable(f"an answer of over {MAX_BYTES} bytes")
    return answer.status_code, bytes(body)


def _unproven(rule: str) -> Unauthenticated:
    logger.warning("a login by Google is refused", rule=rule)
    return Unauthenticated("The login is refused: Google's answer proves nothing", details={"rule": rule})


@lru_cache(maxsize=4)
def provider_at(issuer: str) -> OpenIdProvider:
    """Return the provider of an issuer, one a process: it keeps addresses and keys."""
    return OpenIdProvider(issuer)
