"""Prices from a service that speaks DefiLlama's coins API, for now and for past moments.

`GET /prices/current/{chain:address,…}` answers `{"coins": {"<key>": {"price", "confidence", "timestamp", …}}}`,
`GET /batchHistorical?coins={key: [seconds, …]}` answers `{"coins": {"<key>": {"prices": [{"timestamp", "price",
"confidence"}]}}}`, and `GET /chart/{chain:address}?start&span&period` a price of each period. Assets it does not know
are left out. Keys that are not understood are ignored: it is a third party's edge.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from premium.chains.addresses import in_key
from premium.chains.registry import Registry
from premium.errors import UpstreamUnavailable
from premium.prices.api import PriceApi
from premium.prices.assets import MARKET
from premium.prices.model import MIN_CONFIDENCE, KnownPrice, Price, rounded
from premium.prices.names import provider_name

KEYS_A_REQUEST = 80
MOMENTS_A_REQUEST = 100
"""Both travel in the address: more would pass common limits of 8 KiB."""
POINTS_A_REQUEST = 500
"""Of a chart: what the provider gives at once."""
_SECONDS_AROUND = 3_600
_AROUND = timedelta(seconds=_SECONDS_AROUND)
_SOURCE = "provider"


class _Coin(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    price: Decimal = Field(ge=0, allow_inf_nan=False)
    timestamp: int = Field(gt=0, lt=2**33)
    confidence: Decimal = Field(default=Decimal(0), ge=0, le=1)
    """Absent counts as none: an unsure source is not trusted by omission."""


class _PastCoin(_Coin):
    price: Decimal = Field(gt=0, allow_inf_nan=False)


class ProviderPrices:
    """Current prices of assets, as the provider knows them."""

    name = _SOURCE
    unit: str | None = None

    def __init__(self, api: PriceApi, registry: Registry, *, pooled: bool = False) -> None:
        """Take `pooled`: whether it is asked for assets of chains whose pools are read, too."""
        self._api, self._registry, self._pooled = api, registry, pooled

    def covers(self, key: str) -> bool:
        """Say whether the asset is the market's, or on a chain of its."""
        chain = key.partition(":")[0]
        if chain == MARKET:
            return True
        return chain in self._registry and (self._pooled or self._registry[chain].dex is None)

    async def prices(self, keys: Sequence[str]) -> Mapping[str, Price]:
        """Return the prices that it knows, by key; UpstreamUnavailable when it does not answer."""
        parts = [keys[i : i + KEYS_A_REQUEST] for i in range(0, len(keys), KEYS_A_REQUEST)]
        answers = await asyncio.gather(*(self._ask(part) for part in parts))
        return {key: price for answer in answers for key, price in answer.items()}

    async def _ask(self, keys: Sequence[str]) -> dict[str, Price]:
        names: dict[str, list[str]] = {}
        for key in keys:
            names.setdefault(self._theirs(key), []).append(key)
        path = quote(",".join(sorted(names)), safe=":,")
        coins = _coins(await self._api.get(f"/prices/current/{path}"))
        prices = [self._price(key, coin) for theirs, coin in coins.items() for key in names.get(_cased(theirs), ())]
        return {price.key: price for price in prices if price is not None}

    def _theirs(self, key: str) -> str:
        return key if key.partition(":")[0] == MARKET else provider_name(key, self._registry)

    def _price(self, key: str, coin: Any) -> Price | None:
        """None for what makes no sense."""
        try:
            read = _Coin.model_validate(coin)
        except ValidationError:
            return None
        at = datetime.fromtimestamp(read.timestamp, UTC)
        return Price(key=key, usd=rounded(read.price), confidence=read.confidence, at=at, source=self.name)


class PastPrices:
    """Prices of past moments, one by one or as a series."""

    def __init__(self, api: PriceApi) -> None:
        self._api = api

    async def at(self, asked: Mapping[str, Sequence[int]], names: Mapping[str, str]) -> list[KnownPrice]:
        """Return the prices that it is sure of near past moments.

        `asked`: asset → Unix seconds; `names`: asset → its name at the provider.
        UpstreamUnavailable when it does not answer.
        """
        ours = {theirs: asset for asset, theirs in names.items()}
        found: list[KnownPrice] = []
        for coins in _parts({names[asset]: moments for asset, moments in asked.items()}):
            query = {"coins": json.dumps(coins, separators=(",", ":")), "searchWidth": str(_SECONDS_AROUND)}
            found += _past(_coins(await self._api.get("/batchHistorical", query)), ours)
        return found

    async def between(
        self, asset: str, name: str, since: datetime, until: datetime, hours: int = 1
    ) -> list[KnownPrice]:
        """Return the prices that it is sure of over time, oldest first.

        One in so many hours, each within an hour of its moment, as the provider has them. `name` is the asset's at the
        provider. UpstreamUnavailable when it does not answer.
        """
        found: dict[datetime, KnownPrice] = {}
        start, step = int(since.timestamp()), hours * 3_600
        while start <= until.timestamp():
            span = min(POINTS_A_REQUEST, int(until.timestamp() - start) // step + 1)
            query = {"start": str(start), "span": str(span), "period": f"{hours}h", "searchWidth": str(_SECONDS_AROUND)}
            coins = _coins(await self._api.get(f"/chart/{quote(name, safe=':')}", query))
            told = {key: {"prices": _sure(coin)} for key, coin in coins.items()}
            first, last = since - _AROUND, until + _AROUND
            found |= {price.at: price for price in _past(told, {name: asset}) if first <= price.at <= last}
            start += span * step
        return [found[at] for at in sorted(found)]


def _sure(coin: Any) -> list[Any]:
    """Return the points of a chart, each as sure as the whole."""
    rows = coin.get("prices") if isinstance(coin, dict) else None
    confidence = coin.get("confidence", 0) if isinstance(coin, dict) else 0
    points = rows if isinstance(rows, list) else []
    return [{"confidence": confidence, **row} for row in points if isinstance(row, dict)]


def _cased(theirs: str) -> str:
    """Return a name of the provider's as it was asked for: not every source keeps checksums."""
    chain, _, address = theirs.partition(":")
    return f"{chain.lower()}:{in_key(address)}"


def _parts(coins: Mapping[str, Sequence[int]]) -> Iterator[dict[str, list[int]]]:
    pairs = [(name, moment) for name, moments in sorted(coins.items()) for moment in moments]
    for start in range(0, len(pairs), MOMENTS_A_REQUEST):
        part: dict[str, list[int]] = {}
        for name, moment in pairs[start : start + MOMENTS_A_REQUEST]:
            part.setdefault(name, []).append(moment)
        yield part


def _past(coins: Mapping[str, Any], ours: Mapping[str, str]) -> Iterator[KnownPrice]:
    """What was not asked, makes no sense or is not sure is passed over."""
    for theirs, coin in coins.items():
        for entry in _entries(coin) if theirs in ours else ():
            at = datetime.fromtimestamp(entry.timestamp, UTC)
            yield KnownPrice(ours[theirs], at, rounded(entry.price), _SOURCE)


def _entries(coin: Any) -> Iterator[_PastCoin]:
    for entry in coin.get("prices", ()) if isinstance(coin, dict) else ():
        try:
            read = _PastCoin.model_validate(entry)
        except ValidationError:
            continue
        if read.confidence >= MIN_CONFIDENCE:
            yield read


def _coins(text: str) -> Mapping[str, Any]:
    """Numbers become decimals by their digits, never by way of a float."""
    try:
        coins = json.loads(text, parse_float=Decimal)["coins"]
    except (ValueError, KeyError, TypeError) as error:
        raise UpstreamUnavailable("the price provider answered something else than prices") from error
    if not isinstance(coins, dict):
        raise UpstreamUnavailable("the price provider answered something else than prices")
    return coins
