"""Routes of back-tests and of sending well, from the token to the node and the databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from handlers.gas import handler
from local.evm import Evm
from local.market.artifacts import multicall3_code
from premium.bootstrap import Platform
from premium.gas.model import GasBlock
from premium.gas.store.backtests import BacktestStore
from premium.gas.store.history import GasHistory
from premium.gas.work.backtests import block_backtests
from premium.storage.postgres import Database
from premium.storage.timeseries import TimeSeries
from tests.factories.http import Answer
from tests.fixtures.postgres import Databases
from tests.integration.handlers.asking import through
from tests.integration.handlers.conftest import Sign
from tests.integration.handlers.test_gas import OTHER, SOMEBODY, answering, chain, told
from tests.unit.gas.market import blocks

pytestmark = pytest.mark.integration
MULTICALL = "0xcA11bde05977b3631167028862bE2a173976CA11"


@pytest.fixture
def variables(variables: dict[str, str], evm: Evm, tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "chains.json"
    path.write_text(json.dumps({"chains": [chain("local", evm.url, multicall=MULTICALL, fees={"model": "eip1559"})]}))
    return variables | {"CHAINS_FILE": str(path)}


@pytest.fixture
def token(at: Platform, sign: Sign) -> str:
    return sign(sub="user_of_plans")


def rows(count: int, now: datetime) -> list[GasBlock]:
    """Blocks of the seeded market, twelve seconds apart, the newest now."""
    return [
        GasBlock(
            number=place, timestamp=now - timedelta(seconds=12 * (count - 1 - place)), hash=place.to_bytes(32, "big"),
            parent=(place - 1).to_bytes(32, "big") if place else bytes(32), base_fee=block["base_fee"],
            gas_used=block["gas_used"], gas_limit=block["gas_limit"], tips=(), lowest_taken=None, transactions=0,
            blob_gas_used=None, excess_blob_gas=None, basis="none",
        )
        for place, block in enumerate(blocks(1, count))
    ]  # fmt: skip


@pytest.fixture
def history(postgres: Databases) -> Iterator[GasHistory]:
    """Gas history as the worker's role has it."""
    database = TimeSeries(lambda: postgres.url("timeseries", "premium_worker"))
    yield GasHistory(database)
    database.close()


@pytest.fixture
def desk(at: Platform, history: GasHistory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The resident's desk on its line, over the worker's role."""
    monkeypatch.setattr("premium.gas.work.desk.GasHistory", lambda _: history)
    with answering(at):
        yield


@pytest.fixture
def kept(at: Platform, history: GasHistory) -> list[GasBlock]:
    history.keep_up(datetime.now(UTC))
    made = rows(1_200, at.clock.now())
    history.append("local", made)
    return made


def asked(token: str, path: str, **query: str) -> Answer:
    return through(handler, "GET", f"/v1/gas/{path}", token=token, query=query)


def posted(token: str, body: dict[str, Any]) -> Answer:
    return through(handler, "POST", "/v1/gas/optimization", token=token, body=body)


def test_a_back_test_is_shown_with_its_series(at: Platform, token: str, kept: list[GasBlock], worker: Database) -> None:
    for horizon, document in block_backtests(at.chains["local"].fees, kept).items():
        BacktestStore(worker).put("local", horizon, at.clock.now(), document)
    data = asked(token, "backtest", chain="local", horizon="10").data
    assert (data["chain"], data["horizon"], data["scores"]["n"]) == ("local", "10", 1_200 - 240 - 10)
    assert {each["name"] for each in data["baselines"]} == {"last_value", "mean_of_last_20", "seasonal", "ar1"}
    row = data["series"][5]
    outcome = next(each for each in kept if each.number == row["block"] + 10)
    assert row["outcome"] == str(outcome.base_fee)
    assert int(row["p95"][0]) <= int(row["p80"][0]) <= int(row["point"]) <= int(row["p80"][1]) <= int(row["p95"][1])
    assert len(data["series"]) <= 500


def test_a_horizon_without_a_back_test_names_those_with_one(at: Platform, token: str, worker: Database) -> None:
    document: dict[str, Any] = {
        "version": "1",
        "serving": "ar1",
        "best_baseline": "ar1",
        "scores": None,
        "baselines": {},
        "series": [],
    }
    assert asked(token, "backtest", chain="local", horizon="24h").status == 422
    BacktestStore(worker).put("local", "3", at.clock.now(), document)
    found = asked(token, "backtest", chain="local", horizon="24h")
    assert (found.status, "there is one of 3" in found.error["message"]) == (422, True)
    assert asked(token, "backtest", chain="nowhere", horizon="3").status == 404
    assert asked(token, "backtest", chain="local", horizon="2h").status == 400


@pytest.mark.usefixtures("desk")
def test_waiting_is_judged_by_the_chains_own_past(at: Platform, token: str, kept: list[GasBlock]) -> None:
    told(at)
    deadline = (at.clock.now() + timedelta(minutes=5)).isoformat()
    data = asked(token, "optimization", chain="local", operation="swap_v3", deadline=deadline).data
    assert data["advice"] in ("send_now", "wait")
    assert data["gas"] == 140_000
    assert data["evidence"]["n"] >= 40
    assert data["evidence"]["everySeconds"] == 12
    assert (data["advice"] == "wait") == (int(data["expectedSaving"]["native"]) > 0)
    assert 0 <= data["regret"]["probability"] <= 1
    assert data["window"]["to"] <= deadline.replace("+00:00", "Z")


@pytest.mark.usefixtures("desk")
def test_operations_together_save_their_own_beginnings(at: Platform, token: str, kept: list[GasBlock]) -> None:
    told(at)
    data = asked(token, "optimization", chain="local", operations="erc20_approve:1,swap_v3:1").data
    (batch,) = data["batching"]
    assert (batch["how"], batch["gasSeparate"], batch["saving"], batch["basis"]) == (
        "wallet_batch", 186_500, 21_000 - 7_000, "typical")  # fmt: skip


@pytest.mark.usefixtures("desk")
def test_transactions_are_simulated_and_grouped(at: Platform, token: str, kept: list[GasBlock], evm: Evm) -> None:
    evm.call("anvil_setCode", MULTICALL, multicall3_code())
    told(at)
    counts, stores = "0x" + "c1" * 20, "0x" + "c2" * 20
    evm.call("anvil_setCode", counts, "0x5f546001015f5500")  # SLOAD(0) + 1 → SSTORE
    evm.call("anvil_setCode", stores, "0x335f5500")  # CALLER → SSTORE
    transactions = [{"to": counts}, {"to": stores}, {"to": counts, "data": "0x01"}]
    found = posted(token, {"chain": "local", "from": SOMEBODY, "transactions": transactions})
    assert found.status == 200, found.text
    assert [each["senderMatters"] for each in found.data["transactions"]] == [False, True, False]
    assert [(each["how"], each["members"]) for each in found.data["batching"]] == [
        ("multicall3", [0, 2]), ("wallet_batch", [0, 1, 2])]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"deadline": "2020-01-01T00:00:00Z"}, (400, "deadline")),
        ({"deadline": "2200-01-01T00:00:00Z"}, (400, "deadline")),
        ({"operations": "nothing:1"}, (400, "operations")),
        ({"operations": "swap_v3:0"}, (400, "operations")),
        ({"operations": "swap_v3:100,swap_v2:1"}, (400, "operations")),
        ({"operations": "swap_v3:1", "operation": "swap_v2"}, (400, "operation")),
        ({"chain": "nowhere"}, (404, "chain")),
    ],
)
def test_wrong_questions_are_named(at: Platform, token: str, query: dict[str, str], expected: tuple[int, str]) -> None:
    told(at)
    found = asked(token, "optimization", **({"chain": "local"} | query))
    status, words = expected
    assert (found.status, words in json.dumps(found.error)) == (status, True), found.text


@pytest.mark.usefixtures("desk")
def test_too_few_blocks_are_no_evidence(at: Platform, token: str) -> None:
    told(at)
    assert asked(token, "optimization", chain="local").status == 422


def test_without_a_resident_there_is_no_advice(at: Platform, token: str) -> None:
    told(at)
    assert posted(token, {"chain": "local", "from": SOMEBODY, "transactions": [{"to": OTHER}]}).status == 503


def test_who_may_plan(at: Platform, sign: Sign) -> None:
    told(at)
    starter = sign(sub="user_of_starter", tier="starter")
    assert asked(starter, "backtest", chain="local", horizon="3").status == 403
    assert asked(starter, "optimization", chain="local").status == 403
