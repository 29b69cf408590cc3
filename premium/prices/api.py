"""Asks the price provider, with its key where it has one.

A key stands in the address where that says `{key}`, otherwise in the header `Authorization`. It is read anew as its
secret ages, and no error or log line carries it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from urllib.parse import quote

from premium.chains.nodes import Secrets
from premium.config import ConfigurationError
from premium.errors import UpstreamUnavailable
from premium.neighbours import Neighbour

KEY = "{key}"


class PriceApi:
    """The provider's address and key behind one GET.

    `key` is asked before each request; None for a provider that wants none. It goes into the address, into the header
    that the provider names, or is a bearer's.
    """

    def __init__(
        self, neighbour: Neighbour, url: str, key: Callable[[], str] | None = None, header: str | None = None
    ) -> None:
        self._neighbour, self._url, self._key, self._header = neighbour, url.rstrip("/"), key, header

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> str:
        """Return the text of an answer; UpstreamUnavailable when there is none."""
        url, headers = self._url, {}
        if self._key is not None:
            key = await asyncio.to_thread(self._key)
            if KEY in url:
                url = url.replace(KEY, quote(key, safe=""))
            elif self._header is not None:
                headers[self._header] = key
            else:
                headers["Authorization"] = f"Bearer {key}"
        answer = await self._neighbour.request("GET", f"{url}{path}", params=params, headers=headers, safe=True)
        return answer.text


def key_of(secrets: Secrets, name: str) -> str:
    """Return the provider's key; UpstreamUnavailable names the secret that has none."""
    try:
        key = secrets.read(name).get("key")
    except ConfigurationError as error:
        raise UpstreamUnavailable(str(error)) from None
    if not key:
        raise UpstreamUnavailable(f"the secret {name} has no field 'key'")
    return key
