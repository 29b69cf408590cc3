"""The main journey, and what a stranger can and cannot do, over the deployed API."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from uuid import uuid4

import httpx
import pytest

from local.journey import portfolio, scans, tax
from local.journey.client import Client, Refused
from local.journey.proof import functions_by_request
from local.journey.stream import Listener
from local.journey.walk import Walk
from local.up import Stage

pytestmark = pytest.mark.e2e
Clients = Callable[..., Client]


@pytest.fixture
def walk(stack: Stage, client: Clients) -> Iterator[Walk]:
    api = client(f"user_{uuid4().hex[:12]}")
    with Listener(stack.socket, api.token) as stream:
        yield Walk(api, stream, stack.market, stack.neighbours.evm)


def test_one_user_from_wallet_to_report_and_scan(stack: Stage, walk: Walk) -> None:
    """Each part compares the platform's numbers with the chain, the documents and the other answers."""
    begun = time.time()
    portfolio.register(walk)
    found = portfolio.read(walk, portfolio.refresh(walk))
    assert {asset["symbol"] for asset in found.assets} == {"ETH", "USDL", "LGOV", "LPTS"}
    assert tax.import_history(walk) > 20
    report = tax.report(walk)
    assert report.totals["longTerm"].startswith("22068.40")
    benign, proxy = scans.scan_both(walk)
    assert benign.score < proxy.score
    asked = set(walk.api.request_ids)
    assert set(functions_by_request(stack.clients, asked, since=begun)) == asked


def test_a_second_user_sees_nothing_of_the_first(walk: Walk, client: Clients) -> None:
    portfolio.register(walk)
    job = portfolio.refresh(walk)
    stranger = client(f"user_{uuid4().hex[:12]}")
    assert stranger.get("/v1/portfolio/wallets") == []
    with pytest.raises(Refused) as refused:
        stranger.get(f"/v1/jobs/{job}")
    assert (refused.value.status, refused.value.code) == (404, "NOT_FOUND")


def test_the_same_key_and_body_start_one_job(walk: Walk) -> None:
    portfolio.register(walk)
    first = walk.api.post("/v1/portfolio/refresh", {}, key="once")
    assert walk.api.post("/v1/portfolio/refresh", {}, key="once")["id"] == first["id"]
    body = {"year": 2025, "jurisdiction": "US", "method": "fifo"}
    tax.import_history(walk)
    walk.api.post("/v1/tax/reports", body, key="report")
    with pytest.raises(Refused) as refused:
        walk.api.post("/v1/tax/reports", body | {"year": 2024}, key="report")
    assert refused.value.code == "CONFLICT"


def test_without_a_token_nothing_is_served(stack: Stage) -> None:
    answer = httpx.get(f"{stack.api}/v1/portfolio")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHENTICATED")
    unknown = httpx.get(f"{stack.api}/v1/nothing/here")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "NOT_FOUND")


def test_the_free_tier_is_told_what_it_lacks(client: Clients) -> None:
    with pytest.raises(Refused) as refused:
        client(f"user_{uuid4().hex[:12]}", tier="free").get("/v1/portfolio")
    assert (refused.value.status, refused.value.code) == (403, "TIER_REQUIRED")
