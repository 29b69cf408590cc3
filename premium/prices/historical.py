"""Past prices from a service that speaks DefiLlama's coins API: `GET /batchHistorical?coins={key: [seconds, …]}`.

Answers `{"coins": {"<key>": {"prices": [{"timestamp", "price", "confidence"}]}}}`; what it does not know is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from premium.errors import UpstreamUnavailable
from premium.neighbours import Neighbour
from premium.prices.history import KnownPrice
from premium.prices.judge import MIN_CONFIDENCE
from premium.prices.model import rounded

MOMENTS_A_REQUEST = 100
"""They travel in the query: more would pass common limits of 8 KiB."""
_SECONDS_AROUND = 3_600
SOURCE = "provider"


class _Past(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    price: Decimal = Field(gt=0, allow_inf_nan=False)
    timestamp: int = Field(gt=0, lt=2**33)
    confidence: Decimal = Field(default=Decimal(0), ge=0, le=1)


class PastPrices:
    def __init__(self, neighbour: Neighbour, base_url: str) -> None:
        self._neighbour, self._base = neighbour, base_url.rstrip("/")

    async def at(self, asked: Mapping[str, Sequence[int]], names: Mapping[str, str]) -> list[KnownPrice]:
        """What it is sure of near the Unix seconds asked of each asset; UpstreamUnavailable. `names` are its own."""
        ours = {theirs: asset for asset, theirs in names.items()}
        found: list[KnownPrice] = []
        for coins in _parts({names[asset]: moments for asset, moments in asked.items()}):
            query = {"coins": json.dumps(coins, separators=(",", ":")), "searchWidth": str(_SECONDS_AROUND)}
            response = await self._neighbour.request("GET", f"{self._base}/batchHistorical", params=query, safe=True)
            found += _read(response.text, ours)
        return found


def _parts(coins: Mapping[str, Sequence[int]]) -> Iterator[dict[str, list[int]]]:
    pairs = [(name, moment) for name, moments in sorted(coins.items()) for moment in moments]
    for start in range(0, len(pairs), MOMENTS_A_REQUEST):
        part: dict[str, list[int]] = {}
        for name, moment in pairs[start : start + MOMENTS_A_REQUEST]:
            part.setdefault(name, []).append(moment)
        yield part


def _read(text: str, ours: Mapping[str, str]) -> Iterator[KnownPrice]:
    """Numbers become decimals by their digits; what was not asked or makes no sense is passed over."""
    try:
        coins = json.loads(text, parse_float=Decimal)["coins"].items()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UpstreamUnavailable("the price provider answered something else than prices") from error
    for theirs, coin in coins:
        for entry in _entries(coin) if theirs in ours else ():
            at = datetime.fromtimestamp(entry.timestamp, UTC)
            yield KnownPrice(ours[theirs], at, rounded(entry.price), SOURCE)


def _entries(coin: Any) -> Iterator[_Past]:
    for entry in coin.get("prices", ()) if isinstance(coin, dict) else ():
        try:
            read = _Past.model_validate(entry)
        except ValidationError:
            continue
        if read.confidence >= MIN_CONFIDENCE:
            yield read
