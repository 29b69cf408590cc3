"""The second provider's shape: now by contract and coin, and over time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from premium.chains import registry
from premium.errors import UpstreamUnavailable
from premium.neighbours import Neighbour
from premium.prices.api import PriceApi
from premium.prices.coingecko import KEY_HEADER, KEYS_A_REQUEST, CoinGeckoPrices
from premium.prices.provider import PastPrices

pytestmark = pytest.mark.unit

AT = 1_790_000_000
TOKEN, OTHER = "listed:0x" + "1" * 40, "listed:0x" + "2" * 40
COIN, UNNAMED = "listed:0x" + "0" * 40, "unlisted:0x" + "1" * 40
NATIVE = {"symbol": "ETH", "decimals": 18}
CHAINS = registry.parse(
    '{"chains": []}',
    json.dumps({"chains": [
        {"name": "listed", "title": "L", "chain_id": 901, "native": NATIVE, "rpc": ["http://l.test"],
         "coingecko": "some-platform"},
        {"name": "unlisted", "title": "U", "chain_id": 902, "native": NATIVE, "rpc": ["http://u.test"]},
    ]}),
)  # fmt: skip
Answer = Callable[[httpx.Request], httpx.Response]


def api(answer: Answer) -> PriceApi:
    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    neighbour = Neighbour("coingecko", client=client, timeout=1, attempts=1)
    return PriceApi(neighbour, "http://g.test", lambda: "k", KEY_HEADER)


def service(answer: Answer) -> CoinGeckoPrices:
    return CoinGeckoPrices(api(answer), CHAINS)


def said(value: Any) -> Answer:
    return lambda _: httpx.Response(200, content=value if isinstance(value, bytes) else json.dumps(value).encode())


def test_contracts_and_coins_are_asked_by_its_own_names_and_read_to_the_digit() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url.raw_path.decode()))
        assert request.headers[KEY_HEADER] == "k"
        if "token_price" in request.url.path:
            body = b'{"0X%s": {"usd": 0.99987654321098765432109, "last_updated_at": %d}}' % (b"1" * 40, AT)
            return httpx.Response(200, content=body)
        return httpx.Response(200, json={"ethereum": {"usd": 3500, "last_updated_at": AT}})

    made = service(answer)
    keys = [TOKEN, OTHER, COIN, "coingecko:ethereum"]
    assert [made.covers(key) for key in (*keys, UNNAMED)] == [True] * 4 + [False]
    found = asyncio.run(made.prices(keys))
    assert found[TOKEN].usd == Decimal("0.99987654321098765432109")
    assert found[TOKEN].at == datetime.fromtimestamp(AT, UTC)
    assert found[COIN].usd == found["coingecko:ethereum"].usd == 3500, "one coin is asked once"
    assert set(found) == {TOKEN, COIN, "coingecko:ethereum"}
    assert sorted(path.partition("?")[0] for path in asked) == ["/simple/price", "/simple/token_price/some-platform"]


@pytest.mark.parametrize(
    "coin",
    [{"usd": -1, "last_updated_at": AT}, {"usd": 0, "last_updated_at": AT}, {"usd": 1}, {"usd": None}, [], None,
     {"usd": 1, "last_updated_at": 10**20}, {"eur": 1, "last_updated_at": AT}],
)  # fmt: skip
def test_a_price_that_makes_no_sense_is_no_price(coin: Any) -> None:
    assert asyncio.run(service(said({TOKEN.partition(":")[2]: coin})).prices([TOKEN])) == {}


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b"1", b"[" * 100_000])
def test_an_answer_that_is_none_is_unavailable(answer: bytes) -> None:
    with pytest.raises(UpstreamUnavailable):
        asyncio.run(service(said(answer)).prices([TOKEN]))


def test_many_contracts_travel_in_requests_of_bounded_length() -> None:
    lengths: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        lengths.append(len(request.url.params["contract_addresses"].split(",")))
        return httpx.Response(200, json={})

    keys = [f"listed:0x{n:040x}" for n in range(1, 2 * KEYS_A_REQUEST + 2)]
    asyncio.run(service(answer).prices(keys))
    assert sorted(lengths) == [1, KEYS_A_REQUEST, KEYS_A_REQUEST]


def test_a_series_is_read_in_order_and_within_its_bounds() -> None:
    rows = [[(AT + 7_200) * 1000, 3], [AT * 1000, 1.25], [(AT + 3_600) * 1000, None], [(AT + 9_999_999) * 1000, 9], "x"]
    since, until = datetime.fromtimestamp(AT, UTC), datetime.fromtimestamp(AT + 7_200, UTC)
    found = asyncio.run(service(said({"prices": rows})).between(TOKEN, since, until))
    assert [(price.at.timestamp(), price.usd) for price in found] == [(AT, Decimal("1.25")), (AT + 7_200, Decimal(3))]
    assert asyncio.run(service(said({"prices": rows})).between(UNNAMED, since, until)) == []
    assert asyncio.run(service(said({"prices": "none"})).between(TOKEN, since, until)) == []


def test_a_chart_of_the_first_provider_is_read_in_parts_and_only_where_it_is_sure() -> None:
    asked: list[int] = []
    name = "eth:0x" + "1" * 40

    def answer(request: httpx.Request) -> httpx.Response:
        start, span = int(request.url.params["start"]), int(request.url.params["span"])
        asked.append(span)
        rows: list[dict[str, float]] = [{"timestamp": start + 3_600 * n, "price": 1 + n} for n in range(span)]
        rows[0]["confidence"] = 0.1
        return httpx.Response(200, json={"coins": {name: {"confidence": 0.99, "prices": rows}, "other": {"prices": 1}}})

    since, until = datetime.fromtimestamp(AT, UTC), datetime.fromtimestamp(AT + 600 * 3_600, UTC)
    found = asyncio.run(PastPrices(api(answer)).between(TOKEN, name, since, until))
    assert asked == [500, 101]
    assert len(found) == 599
    assert [price.at for price in found] == sorted(price.at for price in found)
    assert {price.asset for price in found} == {TOKEN}
