"""Where the nodes of a chain are: in its entry, or in secrets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Protocol

from pydantic import AnyHttpUrl, TypeAdapter, ValidationError

from premium.config import ConfigurationError
from premium.errors import UpstreamUnavailable
from premium.observability import logger

_URL = TypeAdapter(AnyHttpUrl)
_NAMES = TypeAdapter(dict[str, tuple[str, ...]])


class Secrets(Protocol):
    """Who reads a secret's fields by its name or ARN, and keeps them for minutes."""

    def read(self, arn: str) -> Mapping[str, str]:
        """Return the fields."""
        ...


class Nodes(Protocol):
    """The addresses of a chain's nodes, in the order of preference."""

    @property
    def count(self) -> int:
        """Return how many there are at most."""
        ...

    async def urls(self) -> tuple[str, ...]:
        """Return them as they are now; UpstreamUnavailable where they cannot be had."""
        ...


class ListedNodes:
    """Nodes that everybody may know: those of the chain's entry."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = tuple(urls)

    @property
    def count(self) -> int:
        """Return how many the entry lists."""
        return len(self._urls)

    async def urls(self) -> tuple[str, ...]:
        """Return what the entry lists."""
        return self._urls


class SecretNodes:
    """Nodes whose addresses carry keys: each is a secret `{"url": "https://…"}`.

    They are asked for again as the secrets age, so that a rotated key needs no restart. One secret that cannot be read
    leaves the others; what is said of it names the secret and never its value.
    """

    def __init__(self, chain: str, names: Sequence[str], secrets: Secrets) -> None:
        self._chain, self._names, self._secrets = chain, tuple(names), secrets

    @property
    def count(self) -> int:
        """Return how many secrets there are."""
        return len(self._names)

    async def urls(self) -> tuple[str, ...]:
        """Return the addresses that could be read; UpstreamUnavailable for none."""
        read = await asyncio.gather(*(asyncio.to_thread(self._read, name) for name in self._names))
        found = tuple(url for url in read if url is not None)
        if not found:
            raise UpstreamUnavailable(f"the secrets of the nodes of {self._chain} cannot be read")
        return found

    def _read(self, name: str) -> str | None:
        try:
            return str(_URL.validate_python(self._secrets.read(name).get("url")))
        except ValidationError:
            reason = "its field url is no address"
        except (ConfigurationError, UpstreamUnavailable) as error:
            reason = str(error)
        logger.error("the secret of a node cannot be used", chain=self._chain, entry=name, reason=reason)
        return None


def secret_names(text: str | None) -> Mapping[str, tuple[str, ...]]:
    """Return CHAIN_NODES as names of secrets by chain.

    A chain without names is one whose nodes this process need not know.
    """
    if not text:
        return {}
    try:
        return _NAMES.validate_python(json.loads(text), strict=False)
    except ValueError:
        raise ConfigurationError('CHAIN_NODES is not {"<chain>": ["<secret>", …], …}') from None
