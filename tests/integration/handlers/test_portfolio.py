"""The portfolio's routes from the token to the rows, and a refresh carried out by the worker's own code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from handlers.portfolio import handler
from local.evm import Evm
from local.market import Market, build
from premium.bootstrap import Platform
from premium.config import Settings
from premium.execution.runtime import carry_out
from premium.jobs.model import JobStatus
from premium.portfolio.jobs import EXPORT, REFRESH
from premium.portfolio.work import export, refresh
from tests.factories.http import Answer
from tests.fixtures.postgres import Databases
from tests.integration.handlers.asking import through
from tests.integration.handlers.conftest import Sign

pytestmark = pytest.mark.integration
OTHER = "0x" + "4" * 40


@pytest.fixture
def market(evm: Evm) -> Market:
    return build(evm.url)


@pytest.fixture
def worker(at: Platform, market: Market, evm: Evm, postgres: Databases, tmp_path: Path) -> Iterator[Platform]:
    """The same stage under the worker's role, with the local chain."""
    path = tmp_path / "chains.json"
    path.write_text(json.dumps(market.chains_file(evm.url)))
    urls = {
        f"{name}_url": postgres.url(db, "premium_worker") for name, db in (("database", "premium"), ("timeseries",) * 2)
    }
    made = Platform(Settings.model_validate(at.settings.model_dump() | urls | {"chains_file": str(path)}))
    yield made
    made.close()


@pytest.fixture
def token(sign: Sign) -> str:
    return sign(sub=f"user_{uuid4().hex[:8]}")


def ask(token: str, method: str, path: str, **parts: Any) -> Answer:
    return through(handler, method, f"/v1/portfolio{path}", token=token, **parts)


def refreshed(token: str, worker: Platform, part: dict[str, Any] | None = None) -> dict[str, Any]:
    """Starts a refresh and carries it out; the job's result."""
    started = ask(token, "POST", "/refresh", **({} if part is None else {"body": part}))
    assert started.status == 202, started.json
    assert (started.status, started.json["data"]["status"]) == (202, "queued")
    job_id = UUID(started.json["data"]["id"])
    carry_out(REFRESH, refresh.__wrapped__, job_id, worker)
    record = worker.jobs.store.get(job_id)
    assert record.status is JobStatus.DONE
    return dict(record.result or {})


def test_the_journey_of_a_portfolio(worker: Platform, market: Market, token: str) -> None:
    assert ask(token, "GET", "").status == 404
    assert ask(token, "POST", "/refresh").json["error"]["code"] == "UNPROCESSABLE"
    made = ask(token, "POST", "/wallets", body={"address": market.wallet.lower(), "label": "demo"})
    assert (made.status, made.json["data"]["address"]) == (201, market.wallet)
    result = refreshed(token, worker)
    whole = ask(token, "GET", "").json["data"]
    assert (whole["totalValueUsd"], whole["isStale"], whole["assets"]) == (result["totalValueUsd"], False, 4)
    assert set(whole["categories"]) == {"native", "stablecoin", "token"}
    assets = ask(token, "GET", "/assets").json["data"]
    assert sum(Decimal(asset["valueUsd"]) for asset in assets) == Decimal(whole["totalValueUsd"])
    assert {asset["symbol"]: asset["priceQuality"] for asset in assets} == dict.fromkeys(
        ("USDL", "ETH", "LPTS", "LGOV"), "good"
    )
    (chain,) = ask(token, "GET", "/chains").json["data"]
    assert (chain["chain"], chain["status"], chain["valueUsd"]) == ("local", "fresh", whole["totalValueUsd"])
    assert len(ask(token, "GET", "/history", query={"interval": "hour"}).json["data"]["points"]) == 1
    assert ask(token, "GET", "/performance", query={"period": "24h"}).json["data"]["endValue"] == whole["totalValueUsd"]
    assert ask(token, "DELETE", f"/wallets/{made.json['data']['id']}").status in (200, 204)
    assert ask(token, "GET", "").json["data"]["totalValueUsd"] == "0"
    kinds = {each: worker.jobs.store.get(UUID(each)).kind for each in worker.queue.waiting() - {str(whole["jobId"])}}
    # The first reading has begun to rebuild what lies before it; the wallet's end asks for another refresh.
    assert sorted(kinds.values()) == ["portfolio.backfill", "portfolio.refresh"]
    (job_id,) = [each for each, kind in kinds.items() if kind == "portfolio.refresh"]
    carry_out(REFRESH, refresh.__wrapped__, UUID(job_id), worker)
    assert ask(token, "GET", "/assets").json["data"] == []


def test_a_part_in_another_currency_together_and_explained(worker: Platform, market: Market, token: str) -> None:
    made = [ask(token, "POST", "/wallets", body={"address": each}).json["data"] for each in (market.wallet, OTHER)]
    refreshed(token, worker)
    whole = ask(token, "GET", "").json["data"]
    assert (whole["change24h"]["profitUsd"], whole["inCurrency"]) == ("0", None)
    mine, other = (ask(token, "GET", "", query={"wallet": each["id"]}).json["data"] for each in made)
    assert (mine["totalValueUsd"], other["totalValueUsd"]) == (whole["totalValueUsd"], "0")
    assert (mine["change24h"], mine["complete"], {row["wallet"] for row in mine["coverage"]}) == (
        None, True, {market.wallet},
    )  # fmt: skip
    assert ask(token, "GET", "", query={"chain": "base"}).json["data"]["totalValueUsd"] == "0"
    assert ask(token, "GET", "", query={"wallet": "0x12"}).json["error"]["details"].keys() == {"wallet"}
    told = ask(token, "GET", "", query={"currency": "EUR", "by": "holding", "includeSpam": "false"}).json["data"]
    euros = Decimal(told["inCurrency"]["rate"]) * Decimal(whole["totalValueUsd"])
    assert abs(Decimal(told["inCurrency"]["totalValue"]) - euros) < euros * Decimal("0.000001")
    assert ask(token, "GET", "", query={"currency": "XXX"}).status == 400

    assets = ask(token, "GET", "/assets", query={"wallet": market.wallet.lower()}).json["data"]
    assert [row["balance"] for row in assets] == [row["balance"] for row in ask(token, "GET", "/assets").json["data"]]
    assert ask(token, "GET", "/assets", query={"wallet": OTHER}).json["data"] == []
    first = ask(token, "GET", "/assets", query={"group": "identity", "limit": "1"}).json
    rest = {"group": "identity", "cursor": first["meta"]["pagination"]["nextCursor"]}
    together = first["data"] + ask(token, "GET", "/assets", query=rest).json["data"]
    assert [row["assets"] for row in together] == [[row["asset"]] for row in assets]

    def explained(**query: str) -> dict[str, Any]:
        found: dict[str, Any] = ask(token, "GET", "/explain", query=query).json["data"]
        lines = [Decimal(line["valueUsd"]) for line in found["lines"] if line["counted"]]
        assert sum(lines) + Decimal(found["unlistedUsd"]) == Decimal(found["valueUsd"])
        return found

    one = explained(figure="asset", id=assets[0]["asset"])
    assert (one["valueUsd"], one["asset"], len(one["lines"])) == (assets[0]["valueUsd"], assets[0]["asset"], 1)
    past = explained(figure="total", snapshot=whole["snapshotId"])
    assert (past["valueUsd"], past["unlistedUsd"], past["lines"][0]["block"] is None) == (
        whole["totalValueUsd"], "0", False,
    )  # fmt: skip
    for wrong in ({"figure": "asset"}, {"figure": "total", "id": "x"}, {"figure": "flow", "id": "x"},
                  {"figure": "asset", "id": "local:0xno", "snapshot": whole["snapshotId"]}):  # fmt: skip
        assert ask(token, "GET", "/explain", query=wrong).status == 400
    for none in ({"figure": "asset", "id": "local:0xno"}, {"figure": "flow", "id": str(uuid4())},
                 {"figure": "total", "snapshot": str(uuid4())}):  # fmt: skip
        assert ask(token, "GET", "/explain", query=none).status == 404


def test_changes_go_on_from_a_cursor_and_a_refresh_names_what_it_cannot_read(
    worker: Platform, market: Market, token: str, sign: Sign
) -> None:
    assert ask(token, "GET", "/changes").json["data"] == {"items": [], "cursor": None, "more": False}
    ask(token, "POST", "/wallets", body={"address": market.wallet})
    refreshed(token, worker)
    first = ask(token, "GET", "/changes").json["data"]
    assert [len(each["changes"]) for each in first["items"]] == [4]
    assert first["items"][0]["changeUsd"] is None
    again = {"after": first["cursor"]}
    assert ask(token, "GET", "/changes", query=again).json["data"] == {
        "items": [],
        "cursor": first["cursor"],
        "more": False,
    }
    ask(token, "PUT", "/assets/local:0x" + "0" * 40, body={"hidden": True})
    result = refreshed(token, worker, {"wallets": [], "chains": []})
    assert result["complete"]
    (second,) = ask(token, "GET", "/changes", query=again).json["data"]["items"]
    assert (second["changes"], second["chains"], Decimal(second["changeUsd"]) < 0) == ([], [], True)
    assert ask(sign(sub="user_stranger"), "GET", "/changes", query=again).status == 404
    for wrong in ({"chains": ["nowhere"]}, {"wallets": [str(uuid4())]}, {"wallets": ["x"]}, {"only": []}):
        assert ask(token, "POST", "/refresh", body=wrong).status == 400


def test_a_key_has_another_gap_limit_and_an_address_none(at: Platform, token: str) -> None:
    address = ask(token, "POST", "/wallets", body={"address": "0x" + "3" * 40, "chains": ["ethereum"]}).json["data"]
    path = f"/wallets/{address['id']}"
    refused = ask(token, "PUT", path, body={"chains": ["ethereum"], "gapLimit": 50})
    assert refused.json["error"]["details"].keys() == {"gapLimit"}
    assert ask(token, "PUT", path, body={"chains": ["ethereum"], "label": "x"}).json["data"]["label"] == "x"


def test_the_same_idempotency_key_starts_one_job(worker: Platform, market: Market, token: str) -> None:
    ask(token, "POST", "/wallets", body={"address": market.wallet})
    keys = {"Idempotency-Key": uuid4().hex}
    first, second = (ask(token, "POST", "/refresh", headers=keys) for _ in range(2))
    assert first.json["data"]["id"] == second.json["data"]["id"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "address"),
        ({"address": "0x12"}, "address"),
        ({"address": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD"}, "address"),
        ({"address": "0x" + "1" * 40, "chains": ["nowhere"]}, "chains"),
        ({"address": "0x" + "1" * 40, "label": ""}, "label"),
        ({"address": "0x" + "1" * 40, "owner": "x"}, "owner"),
    ],
)
def test_a_wrong_wallet_is_refused_by_field(at: Platform, token: str, body: dict[str, Any], field: str) -> None:
    refused = ask(token, "POST", "/wallets", body=body)
    assert (refused.status, refused.json["error"]["code"]) == (400, "INVALID_INPUT")
    assert any(field in name for name in refused.json["error"]["details"])


def test_wallets_are_listed_in_pages_and_once(at: Platform, token: str) -> None:
    bodies = [{"address": f"0x{number:040x}", "chains": ["ethereum"]} for number in range(1, 4)]
    assert [ask(token, "POST", "/wallets", body=body).status for body in bodies] == [201] * 3
    assert ask(token, "POST", "/wallets", body=bodies[0]).status == 409
    first = ask(token, "GET", "/wallets", query={"limit": "2"}).json
    second = ask(
        token, "GET", "/wallets", query={"limit": "2", "cursor": first["meta"]["pagination"]["nextCursor"]}
    ).json
    assert [row["address"][-1] for row in first["data"] + second["data"]] == ["3", "2", "1"]
    assert second["meta"]["pagination"]["nextCursor"] is None


def test_anothers_wallet_is_not_found(at: Platform, sign: Sign) -> None:
    mine, other = sign(sub="user_mine"), sign(sub="user_other")
    made = ask(mine, "POST", "/wallets", body={"address": "0x" + "2" * 40}).json["data"]
    assert ask(other, "GET", "/wallets").json["data"] == []
    assert ask(other, "DELETE", f"/wallets/{made['id']}").status == 404
    assert len(ask(mine, "GET", "/wallets").json["data"]) == 1


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/history", {"interval": "minute"}),
        ("/history", {"from": "2026-01-01T00:00:00"}),
        ("/history", {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}),
        ("/history", {"to": "0001-01-01T00:00:00Z"}),
        ("/history", {"interval": "hour", "split": "chain"}),
        ("/history", {"split": "chain", "timeZone": "Europe/Berlin"}),
        ("/history", {"timeZone": "W. Europe Standard Time"}),
        ("/performance", {"period": "2d"}),
        ("/assets", {"limit": "0"}),
        ("/assets", {"cursor": "x"}),
    ],
)
def test_wrong_questions_are_refused(at: Platform, token: str, path: str, query: dict[str, str]) -> None:
    assert ask(token, "GET", path, query=query).json["error"]["code"] == "INVALID_INPUT"


def test_the_user_says_what_an_asset_and_a_wallet_are(worker: Platform, market: Market, token: str, sign: Sign) -> None:
    made = ask(token, "POST", "/wallets", body={"address": market.wallet}).json["data"]
    refreshed(token, worker)
    first, *_ = ask(token, "GET", "/assets").json["data"]
    path = f"/assets/{first['asset']}"
    seen = ask(token, "GET", path).json["data"]
    assert (seen["word"], seen["spamReasons"], seen["holders"][0]["wallet"]) == (None, [], market.wallet)
    before = worker.queue.waiting()
    said = ask(token, "PUT", path, body={"hidden": True, "priceUsd": "1.5"})
    word = said.json["data"]["word"]
    assert (said.status, word["hidden"], word["priceUsd"]) == (200, True, "1.5")
    for wrong in ({"priceUsd": "-1"}, {"category": "Stable Coin"}, {"price": 1}, {"hidden": "maybe"}):
        assert ask(token, "PUT", path, body=wrong).json["error"]["code"] == "INVALID_INPUT"
    assert ask(token, "PUT", "/assets/local:0xffff", body={"hidden": True}).status == 404
    assert ask(token, "GET", "/assets/nothing").status == 400
    (job,) = worker.queue.waiting() - before
    carry_out(REFRESH, refresh.__wrapped__, UUID(job), worker)
    assert ask(token, "GET", path).json["data"]["why"] == "hidden"
    assert ask(token, "PUT", path, body={}).json["data"]["word"] is None
    assert ask(sign(sub="user_else"), "GET", path).status == 404
    wallet = f"/wallets/{made['id']}"
    changed = ask(token, "PUT", wallet, body={"label": "Cold", "chains": ["ethereum"]}).json["data"]
    assert (changed["label"], changed["chains"]) == ("Cold", ["ethereum"])
    assert ask(token, "PUT", wallet, body={"chains": ["nowhere"]}).status == 400
    assert ask(sign(sub="user_else"), "PUT", wallet, body={}).status == 404
    for query in ({"scope": "wallet"}, {"scope": "chain", "id": "local"}, {"method": "hifo"}):
        told = ask(token, "GET", "/performance", query={"window": "24h", **query})
        assert told.status == 200, told.json
    assert ask(token, "GET", "/performance", query={"id": "local"}).status == 400
    history = ask(token, "GET", "/history", query={"split": "chain"}).json["data"]["points"]
    assert history == [] or set(history[-1]["parts"]) <= {"local"}
    assert len(ask(token, "GET", "/history", query={"timeZone": "Asia/Tokyo"}).json["data"]["points"]) == 1
    parts = ask(token, "GET", "/performance", query={"window": "24h", "scope": "chain"}).json["data"]
    assert [part["key"] for part in parts["parts"]] == ["local"]
    assert parts["why"]["apy"]


def test_a_portfolio_is_written_to_a_file(worker: Platform, market: Market, token: str, sign: Sign) -> None:
    ask(token, "POST", "/wallets", body={"address": market.wallet})
    refreshed(token, worker)
    for what, form in (("holdings", "csv"), ("history", "json"), ("flows", "csv"), ("performance", "json")):
        begun = ask(token, "POST", "/exports", body={"what": what, "format": form})
        assert begun.status == 202
        path = f"/exports/{begun.json['data']['id']}"
        assert ask(token, "GET", path).json["data"]["url"] is None
        carry_out(EXPORT, export.__wrapped__, UUID(begun.json["data"]["id"]), worker)
        made = ask(token, "GET", path).json["data"]
        assert (made["status"], made["what"], made["format"]) == ("done", what, form)
        assert made["rows"] >= (what != "flows")
        body = httpx.get(made["url"]).text
        assert len(body.encode()) == made["size"]
        if form == "json":
            assert len(json.loads(body)) == made["rows"]
        assert ask(sign(sub="user_thief"), "GET", path).status == 404
    assert ask(token, "GET", f"/exports/{uuid4()}").status == 404
    late = {"what": "flows", "from": "2030-01-01T00:00:00Z"}
    for wrong in ({"what": "keys"}, {"what": "flows", "format": "xls"}, late):
        assert ask(token, "POST", "/exports", body=wrong).status == 400
    old = {"what": "flows", "from": "2001-01-01T00:00:00Z", "to": "2001-02-01T00:00:00Z"}
    assert ask(token, "POST", "/exports", body=old).json["error"]["code"] == "TIER_REQUIRED"


def test_the_free_tier_has_no_portfolio(at: Platform, sign: Sign) -> None:
    assert ask(sign(tier="free"), "GET", "").json["error"]["code"] == "TIER_REQUIRED"


def test_flows_are_listed_and_corrected(worker: Platform, market: Market, token: str, evm: Evm) -> None:
    ask(token, "POST", "/wallets", body={"address": market.wallet})
    refreshed(token, worker)
    assert ask(token, "GET", "/flows").json["data"] == []
    evm.call("anvil_impersonateAccount", market.owner)
    evm.call("eth_sendTransaction", {"from": market.owner, "to": market.wallet, "value": hex(10**18)})
    refreshed(token, worker)
    (flow,) = ask(token, "GET", "/flows", query={"kind": "deposit"}).json["data"]
    assert (flow["amount"], flow["kind"], flow["corrected"], flow["index"]) == ("1", "deposit", False, -2)
    assert ask(token, "GET", "/flows", query={"kind": "gas"}).json["data"] == []
    assert ask(token, "GET", "/flows", query={"kind": "gift"}).status == 400
    before = ask(token, "GET", "/performance", query={"window": "24h"}).json["data"]
    corrected = ask(token, "PUT", f"/flows/{flow['id']}", body={"kind": "income"})
    assert (corrected.status, corrected.json["data"]["kind"], corrected.json["data"]["corrected"]) == (
        200,
        "income",
        True,
    )
    assert ask(token, "PUT", f"/flows/{flow['id']}", body={"kind": "gift"}).status == 400
    assert ask(token, "PUT", f"/flows/{uuid4()}", body={"kind": "income"}).status == 404
    assert before["startValue"] == ask(token, "GET", "/performance", query={"window": "24h"}).json["data"]["startValue"]


def test_exports_of_a_day_are_those_of_the_tier(at: Platform, sign: Sign) -> None:
    starter = sign(sub=f"user_{uuid4().hex[:8]}", tier="starter")
    ends = [ask(starter, "POST", "/exports", body={"what": "flows", "format": "csv"}) for _ in range(21)]
    assert [each.status for each in ends] == [202] * 20 + [429]
    assert ends[-1].json["error"]["details"] == {"quota": "exports_a_day", "tier": "starter", "most": 20}


def test_nothing_of_anothers_portfolio_is_within_reach(
    worker: Platform, market: Market, token: str, sign: Sign, evm: Evm
) -> None:
    """His lists are empty, and whatever id he has heard of is not there: read, corrected, explained or taken away."""
    wallet = ask(token, "POST", "/wallets", body={"address": market.wallet}).json["data"]
    refreshed(token, worker)
    evm.call("anvil_impersonateAccount", market.owner)
    evm.call("eth_sendTransaction", {"from": market.owner, "to": market.wallet, "value": hex(10**18)})
    refreshed(token, worker)
    (flow,) = ask(token, "GET", "/flows", query={"kind": "deposit"}).json["data"]
    asset, whole = flow["asset"], ask(token, "GET", "").json["data"]
    made = ask(token, "POST", "/exports", body={"what": "flows", "format": "csv"}).json["data"]
    cursor = ask(token, "GET", "/changes").json["data"]["cursor"]
    thief = sign(sub="user_thief")
    for path in ("/wallets", "/flows", "/positions", "/assets", "/nfts"):
        found = ask(thief, "GET", path)
        assert found.status == 404 or found.json["data"] == [], path
    closed: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "/explain", {"query": {"figure": "flow", "id": flow["id"]}}),
        ("GET", "/explain", {"query": {"figure": "asset", "id": asset}}),
        ("GET", "/explain", {"query": {"figure": "total", "snapshot": whole["snapshotId"]}}),
        ("GET", "/changes", {"query": {"after": cursor}}),
        ("GET", f"/assets/{asset}", {}),
        ("GET", f"/exports/{made['id']}", {}),
        ("PUT", f"/assets/{asset}", {"body": {"hidden": True}}),
        ("PUT", f"/flows/{flow['id']}", {"body": {"kind": "income"}}),
        ("PUT", f"/wallets/{wallet['id']}", {"body": {"label": "mine"}}),
        ("DELETE", f"/wallets/{wallet['id']}", {}),
    ]
    for method, path, parts in closed:
        assert ask(thief, method, path, **parts).status == 404, (method, path, parts)
    assert ask(thief, "POST", "/refresh", body={"wallets": [wallet["id"]]}).status in (400, 422)
    assert ask(token, "GET", "").json["data"]["totalValueUsd"] == whole["totalValueUsd"]
    assert ask(token, "GET", "/flows", query={"kind": "deposit"}).json["data"] == [flow]
