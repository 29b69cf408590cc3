"""Prices from a service that speaks CoinGecko's API, for now and over time.

`GET /simple/token_price/{platform}?contract_addresses=…&vs_currencies=usd&include_last_updated_at=true` answers
`{"0x…": {"usd", "last_updated_at"}}`, `GET /simple/price?ids=…` the same by coin, and `GET
/coins/{platform}/contract/{address}/market_chart/range` (or `/coins/{id}/…`) `{"prices": [[milliseconds, usd], …]}`.
What it does not know is left out. It says nothing of depth.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from premium.chains.addresses import NATIVE, in_key
from premium.chains.registry import Registry
from premium.errors import UpstreamUnavailable
from premium.prices.api import PriceApi
from premium.prices.assets import MARKET
from premium.prices.model import KnownPrice, Price, rounded
from premium.prices.names import COINGECKO

KEYS_A_REQUEST = 80
KEY_HEADER = "x-cg-pro-api-key"
_CONFIDENCE = Decimal("0.95")
"""An exchange average, of which the service says nothing more: good, below what is read on the chain."""
_SOURCE = "coingecko"
_MOST_CHARACTERS = 16 * 1024 * 1024


class _Coin(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    usd: Decimal = Field(gt=0, allow_inf_nan=False)
    last_updated_at: int = Field(gt=0, lt=2**33)
    """A price without a time is none."""


class CoinGeckoPrices:
    """Prices of assets on chains whose entry says the service's name of them."""

    name = _SOURCE
    unit: str | None = None

    def __init__(self, api: PriceApi, registry: Registry) -> None:
        self._api, self._registry = api, registry

    def covers(self, key: str) -> bool:
        """Say whether the service has a name for the asset."""
        return _place(key, self._registry) is not None

    async def prices(self, keys: Sequence[str]) -> Mapping[str, Price]:
        """Return the prices that it knows, by key; UpstreamUnavailable when it does not answer."""
        by_platform: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
        for key in keys:
            if place := _place(key, self._registry):
                by_platform[place[0]].setdefault(place[1], []).append(key)
        parts = [
            (platform, dict(items[start : start + KEYS_A_REQUEST]))
            for platform, names in sorted(by_platform.items())
            for items in [sorted(names.items())]
            for start in range(0, len(items), KEYS_A_REQUEST)
        ]
        answers = await asyncio.gather(*(self._ask(platform, names) for platform, names in parts))
        return {key: price for answer in answers for key, price in answer.items()}

    async def _ask(self, platform: str, names: Mapping[str, Sequence[str]]) -> dict[str, Price]:
        named = "contract_addresses" if platform else "ids"
        path = f"/simple/token_price/{quote(platform, safe='')}" if platform else "/simple/price"
        asked = {named: ",".join(names), "vs_currencies": "usd", "include_last_updated_at": "true"}
        coins = _object(await self._api.get(path, asked))
        found: dict[str, Price] = {}
        for theirs, coin in coins.items():
            for key in names.get(in_key(theirs), ()):
                if price := _price(key, coin):
                    found[key] = price
        return found

    async def between(self, key: str, since: datetime, until: datetime) -> list[KnownPrice]:
        """Return the prices of an asset over time, oldest first.

        None of what it does not know. UpstreamUnavailable when it does not answer.
        """
        place = _place(key, self._registry)
        if place is None:
            return []
        platform, name = place
        of = f"{quote(platform, safe='')}/contract/{quote(name, safe='')}" if platform else quote(name, safe="")
        asked = {"vs_currency": "usd", "from": str(int(since.timestamp())), "to": str(int(until.timestamp()))}
        rows = _object(await self._api.get(f"/coins/{of}/market_chart/range", asked)).get("prices")
        found = [one for row in rows if (one := _past(key, row))] if isinstance(rows, list) else []
        return sorted(one for one in found if since <= one.at <= until)


def _place(key: str, registry: Registry) -> tuple[str, str] | None:
    """Return the service's platform and address of an asset.

    Of a coin no platform and its name.
    """
    chain, _, name = key.partition(":")
    if chain == MARKET:
        return "", name
    if chain not in registry:
        return None
    platform, own = registry[chain].coingecko, registry[chain].native.market
    if own is not None and name == NATIVE.lower():
        return "", own
    if platform is None:
        return None
    if name != NATIVE.lower():
        return platform, in_key(name)
    coin = COINGECKO.get(registry[chain].native.symbol)
    return ("", coin) if coin else None


def _price(key: str, coin: Any) -> Price | None:
    """None for what makes no sense."""
    try:
        read = _Coin.model_validate(coin)
    except ValidationError:
        return None
    at = datetime.fromtimestamp(read.last_updated_at, UTC)
    return Price(key=key, usd=rounded(read.usd), confidence=_CONFIDENCE, at=at, source=_SOURCE)


def _past(key: str, row: Any) -> KnownPrice | None:
    """A pair of milliseconds and dollars."""
    try:
        milliseconds, usd = (Decimal(each) for each in row)
        at = datetime.fromtimestamp(int(milliseconds) // 1000, UTC)
    except (TypeError, ValueError, ArithmeticError, OverflowError, OSError):
        return None
    return KnownPrice(key, at, rounded(usd), _SOURCE) if usd.is_finite() and usd > 0 else None


def _object(text: str) -> Mapping[str, Any]:
    """Numbers become decimals by their digits, never by way of a float."""
    try:
        value = json.loads(text, parse_float=Decimal) if len(text) <= _MOST_CHARACTERS else None
    except (ValueError, RecursionError) as error:
        raise UpstreamUnavailable("CoinGecko's service answered something else than prices") from error
    if not isinstance(value, dict):
        raise UpstreamUnavailable("CoinGecko's service answered something else than prices")
    return value
