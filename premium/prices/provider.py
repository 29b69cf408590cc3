"""Prices from a service that speaks DefiLlama's coins API: `GET /prices/current/{chain:address,…}`.

Answers `{"coins": {"<key>": {"price", "confidence", "timestamp", "decimals", "symbol"}}}`; assets it does not
know are left out. Keys that are not understood are ignored: it is a third party's edge.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from premium.chains.registry import Registry
from premium.errors import UpstreamUnavailable
from premium.neighbours import Neighbour
from premium.prices.model import Price, rounded

KEYS_A_REQUEST = 80
"""Keys travel in the path: more would pass common limits of 8 KiB."""


class _Coin(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    price: Decimal = Field(ge=0, allow_inf_nan=False)
    timestamp: int = Field(gt=0, lt=2**33)
    confidence: Decimal = Field(default=Decimal(0), ge=0, le=1)
    """Absent counts as none: an unsure source is not trusted by omission."""


class ProviderPrices:
    name = "provider"

    def __init__(self, neighbour: Neighbour, base_url: str, registry: Registry) -> None:
        self._neighbour, self._base, self._registry = neighbour, base_url.rstrip("/"), registry

    def covers(self, key: str) -> bool:
        chain = key.partition(":")[0]
        return chain in self._registry and self._registry[chain].dex is None

    async def prices(self, keys: Sequence[str]) -> Mapping[str, Price]:
        parts = [keys[i : i + KEYS_A_REQUEST] for i in range(0, len(keys), KEYS_A_REQUEST)]
        answers = await asyncio.gather(*(self._ask(part) for part in parts))
        return {key: price for answer in answers for key, price in answer.items()}

    async def _ask(self, keys: Sequence[str]) -> dict[str, Price]:
        names = {self._theirs(key): key for key in keys}
        path = quote(",".join(sorted(names)), safe=":,")
        response = await self._neighbour.request("GET", f"{self._base}/prices/current/{path}", safe=True)
        coins = _coins(response.text)
        prices = [self._price(names.get(theirs.lower()), coin) for theirs, coin in coins.items()]
        return {price.key: price for price in prices if price is not None}

    def _theirs(self, key: str) -> str:
        chain, _, address = key.partition(":")
        return f"{self._registry[chain].price_name or chain}:{address}".lower()

    def _price(self, key: str | None, coin: Any) -> Price | None:
        """None for what was not asked or makes no sense."""
        try:
            read = _Coin.model_validate(coin)
        except ValidationError:
            return None
        if key is None:
            return None
        at = datetime.fromtimestamp(read.timestamp, UTC)
        return Price(key=key, usd=rounded(read.price), confidence=read.confidence, at=at, source=self.name)


def _coins(text: str) -> Mapping[str, Any]:
    """Numbers become decimals by their digits, never by way of a float."""
    try:
        coins = json.loads(text, parse_float=Decimal)["coins"]
    except (ValueError, KeyError, TypeError) as error:
        raise UpstreamUnavailable("the price provider answered something else than prices") from error
    if not isinstance(coins, dict):
        raise UpstreamUnavailable("the price provider answered something else than prices")
    return coins
