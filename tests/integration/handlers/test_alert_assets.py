"""Assets of rules over HTTP: what a name means, what is refused, what cannot fire here, and trials on real events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from psycopg import Connection
from psycopg.rows import DictRow

from handlers.alerts import handler
from premium.bootstrap import Platform
from premium.storage.postgres import Database
from tests.factories.http import Answer
from tests.fixtures.postgres import Databases
from tests.integration.handlers.asking import through
from tests.integration.handlers.conftest import Sign

pytestmark = pytest.mark.integration
RULES = "/v1/alerts/rules"
HOOK = {"type": "webhook", "destination": "https://example.org/hook"}
NATIVE = "0x" + "0" * 40
UNI = "ethereum:0x1f9840a85d5af5bf1d1762f925bdaddc4201f984"


@pytest.fixture
def variables(variables: dict[str, str]) -> dict[str, str]:
    """Two chains are read for events; no price provider."""
    return variables | {"EVENT_SOURCES": "ethereum,base"}


@pytest.fixture
def token(at: Platform, sign: Sign) -> str:
    return sign(sub=f"user_{uuid4().hex[:8]}")


def ask(token: str, method: str, path: str, **parts: Any) -> Answer:
    return through(handler, method, path, token=token, **parts)


def rule(token: str, kind: str, *conditions: tuple[str, str, Any]) -> Answer:
    named = [{"field": field, "operator": operator, "value": value} for field, operator, value in conditions]
    return ask(token, "POST", RULES, body={"name": "r", "type": kind, "conditions": named, "actions": [HOOK]})


def test_a_symbol_says_which_asset_it_was_taken_for(token: str) -> None:
    made = rule(token, "whale", ("asset", "eq", "uni"), ("amount", "gte", "1000.5")).data
    assert made["conditions"][0] == {"field": "asset", "operator": "eq", "value": UNI}
    named = {"condition": 0, "asset": UNI, "symbol": "UNI", "chain": "ethereum", "decimals": 18}
    assert (made["assets"], made["warnings"]) == ([named | {"written": "uni"}], [])
    again = ask(token, "GET", f"{RULES}/{made['id']}").data
    assert again["assets"] == [named | {"written": None}]
    (listed,) = ask(token, "GET", RULES).data
    assert listed == again
    put = ask(token, "PUT", f"{RULES}/{made['id']}", body={"conditions": again["conditions"]})
    assert (put.status, put.data["assets"][0]["asset"]) == (200, UNI)


def test_a_chain_beside_a_symbol_decides_which_it_is(token: str) -> None:
    refused = rule(token, "whale", ("asset", "eq", "ETH"), ("amount", "gte", 1))
    assert (refused.status, list(refused.error["details"])) == (400, ["conditions.0.value"])
    assert f"ethereum:{NATIVE}, base:{NATIVE}" in refused.error["details"]["conditions.0.value"]
    made = rule(token, "whale", ("asset", "eq", "ETH"), ("amount", "gte", 1), ("chain", "eq", "base")).data
    assert made["assets"][0]["asset"] == f"base:{NATIVE}"


@pytest.mark.parametrize(
    ("kind", "conditions", "reason"),
    [
        ("whale", [("asset", "eq", "ETHH")], "no asset is called 'ETHH'"),
        ("price", [("asset", "eq", "E TH")], "no asset is called 'E TH'"),
        ("whale", [("asset", "eq", "0x1f9840a85d5aF5bf1D1762F925BDADdC4201F984")], "which chain?"),
        ("whale", [("asset", "eq", "ethereum:0x1f9840a85d5aF5bf1D1762F925BDADdC4201F985")], "checksum"),
        ("whale", [("asset", "eq", "ethereum:0x12")], "0x and 40 hexadecimal digits"),
        ("whale", [("asset", "eq", "coingecko:bitcoin")], "no transfers"),
        ("whale", [("asset", "eq", UNI), ("chain", "eq", "base")], "another condition wants base"),
        ("whale", [("chain", "eq", "etherium")], "no chain is called 'etherium': did you mean ethereum?"),
        ("gas", [("chain", "eq", "Ethereum")], "no chain is called 'Ethereum': did you mean ethereum?"),
        ("price", [("chain", "eq", "etherium")], "no chain is called 'etherium': did you mean ethereum?"),
        ("protocol_risk", [("chain", "eq", "polygn")], "did you mean polygon?"),
        ("price", [("asset", "eq", "etherum:USDC")], "no chain is called 'etherum': did you mean ethereum?"),
        ("whale", [("asset", "eq", "nosuchchain:FOO")], "no chain is called 'nosuchchain'"),
        ("protocol_risk", [("asset", "eq", "etherum:USDC")], "did you mean ethereum?"),
        ("price", [("asset", "eq", "feed:")], "the name is missing"),
        ("price", [("asset", "eq", "ethereum:USCD")], "no asset is called 'USCD' on ethereum: did you mean USDC?"),
        ("price", [("asset", "eq", "BTCC")], "did you mean BTC?"),
    ],
)
def test_what_means_nothing_is_refused_with_what_to_write(
    token: str, kind: str, conditions: list[tuple[str, str, Any]], reason: str
) -> None:
    refused = rule(token, kind, *conditions)
    assert (refused.status, refused.error["code"]) == (400, "INVALID_INPUT")
    ((field, said),) = refused.error["details"].items()
    assert reason in said
    assert refused.error["message"] == f"{field}: {said}"


@pytest.mark.parametrize(
    ("kind", "conditions", "warning"),
    [
        ("whale", [("chain", "eq", "polygon")], "does not read polygon"),
        ("whale", [("asset", "eq", f"polygon:{NATIVE}")], "does not read polygon"),
        ("gas", [("chain", "eq", "polygon"), ("gas_gwei", "lt", 5)], "does not read polygon"),
        ("price", [("asset", "eq", "BTC")], "no source of prices for coingecko:bitcoin"),
        ("price", [("asset", "eq", "feed:BTC")], "no source of prices for feed:BTC"),
        ("protocol_risk", [("protocol", "eq", "aave")], "polls no protocols"),
        ("protocol_risk", [("chain", "eq", "all"), ("protocol", "eq", "aave")], "polls no protocols"),
        ("whale", [("chain", "eq", "base")], None),
        ("gas", [("gas_gwei", "lt", 5)], None),
    ],
)
def test_a_rule_that_cannot_fire_here_says_so(
    token: str, kind: str, conditions: list[tuple[str, str, Any]], warning: str | None
) -> None:
    made = rule(token, kind, *conditions)
    assert made.status == 201, made.text
    assert (warning in " ".join(made.data["warnings"])) if warning else made.data["warnings"] == []


def test_what_was_kept_before_is_switched_off_whatever_it_names(token: str, worker: Database) -> None:
    made = rule(token, "price", ("asset", "eq", "feed:X"), ("price_usd", "gt", 1)).data
    old = json.dumps([{"field": "asset", "operator": "eq", "value": "NO SUCH"}])
    with worker.transaction() as connection:
        connection.execute("UPDATE alert_rules SET conditions = %s::jsonb WHERE id = %s", (old, made["id"]))
    assert ask(token, "PUT", f"{RULES}/{made['id']}", body={"enabled": False}).status == 200


@pytest.fixture
def worker(postgres: Databases) -> Iterator[Database]:
    database = Database(lambda: postgres.url("premium", "premium_worker"))
    yield database
    database.close()


def _block(connection: Connection[DictRow], number: int, *events: dict[str, Any]) -> None:
    connection.execute(
        "INSERT INTO chain_blocks (chain, number, hash, events) VALUES ('base', %s, %s, %s)",
        (number, f"0x{number:064x}", json.dumps(events)),
    )


def _moved(number: int, amount: str, **more: str) -> dict[str, Any]:
    return {
        "event_id": f"base:0x{number:064x}:tx:0", "kind": "transfer", "chain": "base", "asset": f"base:{NATIVE}",
        "symbol": "ETH", "amount": amount, "amount_base_units": f"{amount}{'0' * 18}", "from": "0x" + "Aa" * 20,
        "to": "0x" + "bb" * 20, "timestamp": f"2026-11-20T12:00:{number:02}Z", "block_number": number,
    } | more  # fmt: skip


def test_a_trial_takes_the_newest_transfer_that_the_stage_has_read(token: str, worker: Database) -> None:
    where = [("chain", "eq", "base"), ("from", "eq", "0x" + "aA" * 20)]
    made = rule(token, "whale", *where, ("amount", "gte", 5)).data
    path = f"{RULES}/{made['id']}/test"
    first = ask(token, "POST", path).data
    assert (first["eventSource"], first["matches"]) == ("example", True)
    assert (first["event"]["amount"], first["event"]["amount_base_units"]) == ("5", "5" + "0" * 18)
    with worker.transaction() as connection:
        _block(connection, 1, _moved(1, "7"))
        _block(connection, 2, _moved(2, "4"), _moved(2, "9", **{"from": "0x" + "cc" * 20}))
    tried = ask(token, "POST", path).data
    assert (tried["eventSource"], tried["event"]["amount"], tried["matches"]) == ("recent", "4", False)
    assert (tried["alertId"], tried["note"]) == (None, None)
    assert tried["example"]["amount"] == "5", "what would fire it"
    sent = ask(token, "POST", path, body={"event": tried["example"]}).data
    assert (sent["eventSource"], sent["matches"], sent["alertId"] is not None) == ("given", True, True)


def test_a_trial_takes_the_newest_price_of_the_asset(token: str, worker: Database) -> None:
    made = rule(token, "price", ("asset", "eq", "BTC"), ("price_usd", "gt", "100000.1")).data
    event = {"event_id": "e", "kind": "price", "chain": "coingecko", "asset": "coingecko:bitcoin", "symbol": "BTC",
             "price_usd": "100000.2", "timestamp": "2026-11-20T12:00:00Z"}  # fmt: skip
    with worker.transaction() as connection:
        for asset, usd in (("bitcoin", "100000.2"), ("ethereum", "1")):
            one = event | {"asset": f"coingecko:{asset}", "price_usd": usd}
            connection.execute(
                "INSERT INTO alert_levels (kind, series, event) VALUES ('price', %s, %s)",
                (json.dumps(["price", "coingecko", one["asset"]]), json.dumps(one)),
            )
        gone = json.dumps(["price", "coingecko", "gone"])
        connection.execute("INSERT INTO alert_levels (kind, series, event) VALUES ('price', %s, 'null')", [gone])
    tried = ask(token, "POST", f"{RULES}/{made['id']}/test").data
    assert (tried["eventSource"], tried["event"]["price_usd"], tried["matches"]) == ("recent", "100000.2", True)
