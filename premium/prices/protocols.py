"""TVL of protocols from a service that speaks DefiLlama's API.

`GET /protocols` answers `[{"name", "slug", "tvl", "change_1d", …}]`, all of them at once. What has no TVL is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from premium.errors import UpstreamUnavailable
from premium.neighbours import Neighbour

MAX_CHARACTERS = 64 * 1024 * 1024
"""Of an answer: the real one has about 8 million."""
_STRANGE = "the provider of protocols answered something else than protocols"


class ProtocolState(NamedTuple):
    """A protocol's value locked in US dollars, and its daily change in percent."""

    tvl_usd: Decimal
    change_24h: Decimal | None
    source: str = "provider"


class _Protocol(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    slug: str
    name: str = ""
    tvl: Decimal = Field(ge=0, allow_inf_nan=False)
    change_1d: Decimal | None = Field(default=None, allow_inf_nan=False)


class ProviderProtocols:
    """The TVL of all protocols that the provider lists."""

    def __init__(self, neighbour: Neighbour, base_url: str) -> None:
        self._neighbour, self._base = neighbour, base_url.rstrip("/")

    async def states(self, names: Iterable[str]) -> Mapping[str, ProtocolState]:
        """Return the states of the protocols that it knows, by slug or title.

        UpstreamUnavailable when it does not answer.
        """
        response = await self._neighbour.request("GET", f"{self._base}/protocols", safe=True)
        known = _by_name(_entries(response.text))
        return {name: known[name.casefold()] for name in names if name.casefold() in known}


def _entries(text: str) -> list[Any]:
    """Numbers become decimals by their digits, never by way of a float."""
    try:
        entries = json.loads(text, parse_float=Decimal) if len(text) <= MAX_CHARACTERS else None
    except (ValueError, RecursionError) as error:
        raise UpstreamUnavailable(_STRANGE) from error
    if not isinstance(entries, list):
        raise UpstreamUnavailable(_STRANGE)
    return entries


def _by_name(entries: Iterable[Any]) -> dict[str, ProtocolState]:
    """By slug, which is unique, before title, which is not."""
    titles, slugs = dict[str, ProtocolState](), dict[str, ProtocolState]()
    for entry in entries:
        try:
            read = _Protocol.model_validate(entry)
        except ValidationError:
            continue
        state = ProtocolState(read.tvl, read.change_1d)
        titles.setdefault(read.name.casefold(), state)
        slugs[read.slug.casefold()] = state
    return titles | slugs
