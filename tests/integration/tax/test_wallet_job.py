"""A wallet's history asked for by the API and read by a job from a real node: tokens, NFTs, wrapping, gas; once."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from local.evm import CHAIN_ID, Evm
from local.market.artifacts import creation_code
from premium.bootstrap import Platform
from premium.jobs.model import JobRecord, JobStatus
from premium.tax.work import read_wallet, wallets
from tests.factories.contracts.deployment import account, calldata, deploy, send
from tests.fixtures.postgres import Databases
from tests.integration.portfolio.servers import forwarding, serving
from tests.integration.tax.conftest import Ask

pytestmark = pytest.mark.integration
ETHER = 10**18
Run = Callable[..., JobRecord]
Known = Callable[..., None]


def chains_file(url: str, **entry: Any) -> str:
    chain = {"name": "local", "title": "Local", "chain_id": CHAIN_ID, "native": {"symbol": "ETH", "decimals": 18}}
    chain |= {"rpc": [url], "max_head_age_seconds": None, "discovery": {"blocks": 10**6, "span": 5_000}} | entry
    return json.dumps({"active": ["local"], "chains": [chain]})


@pytest.fixture
def me(evm: Evm, postgres: Databases, user: UUID) -> str:
    """A wallet of the user's own."""
    address = str(evm.call("eth_accounts")[3])
    checked = "0x90F79bf6EB2c4f870365E785982E1f101E93b906"
    assert address.lower() == checked.lower()
    with psycopg.connect(postgres.url("premium", "postgres")) as connection:
        connection.execute("INSERT INTO portfolio_wallets (user_id, address) VALUES (%s, %s)", (user, checked))
    return checked


@pytest.fixture
def read(ask: Ask, platform: Platform, me: str) -> Run:
    """Asks for the wallet's history and carries the job out in this process."""

    def run(**options: Any) -> JobRecord:
        status, answer = ask("POST", "/v1/tax/transactions/wallets", {"chain": "local", "address": me} | options)
        assert status == 202, answer
        job = UUID(answer["data"]["id"])
        read_wallet(str(job))
        return platform.jobs.store.get(job)

    return run


@pytest.fixture
def known(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Tells handlers and workers of the chain `local` at a node's address."""

    def tell(url: str, **entry: Any) -> None:
        settings = platform.settings.model_copy(update={"chains_file": chains_file(url, **entry)})
        monkeypatch.setattr(platform, "settings", settings)

    return tell


def listed(ask: Ask) -> list[dict[str, Any]]:
    return sorted(ask("GET", "/v1/tax/transactions", limit="200")[1]["data"], key=lambda row: row["sourceId"])


def shown(ask: Ask) -> set[tuple[str, str, str]]:
    return {(row["type"], row["asset"], row["amount"]) for row in listed(ask) if row["type"] != "fee"}


def test_tokens_nfts_and_wrapping_are_read_and_read_again_they_add_nothing(
    evm: Evm, me: str, read: Run, ask: Ask, known: Known
) -> None:
    other, mine = account(evm, 4), me.lower()
    weth = deploy(evm, creation_code("WETH9"))
    known(
        evm.url,
        tokens=[{"address": weth, "symbol": "WETH", "decimals": 18, "category": "wrapped"}],
    )
    first = int(evm.call("eth_blockNumber"), 16) + 1
    coin = ("string", "string", "uint256", "address")
    token = deploy(evm, creation_code("ERC20PresetFixedSupply"), coin, ("T", "T", 10**24, other)).lower()
    cards = deploy(evm, creation_code("ERC1155PresetMinterPauser"), ("string",), ("u",)).lower()
    names = ("string", "string", "string")
    punks = deploy(evm, creation_code("ERC721PresetMinterPauserAutoId"), names, ("P", "P", "u")).lower()
    send(evm, token, calldata("transfer(address,uint256)", mine, 5 * ETHER), sender=other)
    send(evm, punks, calldata("mint(address)", mine))
    send(evm, cards, calldata("mintBatch(address,uint256[],uint256[],bytes)", mine, [7, 8], [2, 3], b""))
    transfer = calldata("safeTransferFrom(address,address,uint256,uint256,bytes)", mine, other, 8, 1, b"")
    send(evm, cards, transfer, sender=mine)
    send(evm, weth, calldata("deposit()"), sender=mine, value=ETHER)
    send(evm, weth, calldata("withdraw(uint256)", ETHER // 4), sender=mine)

    done = read(from_block=first)
    assert (done.status, done.result and done.result["added"]) == (JobStatus.DONE, 8)
    expected = {
        ("transfer_in", f"local:{token}", "5"),
        ("transfer_in", f"local:{punks}:0", "1"),
        ("transfer_in", f"local:{cards}:7", "2"),
        ("transfer_in", f"local:{cards}:8", "3"),
        ("transfer_out", f"local:{cards}:8", "1"),
        ("wrap", "ETH", "1"),
        ("wrap", "WETH", "0.25"),
    }
    assert shown(ask) == expected
    wrap = next(row for row in listed(ask) if row["asset"] == "ETH" and row["type"] == "wrap")
    assert (wrap["details"]["fee_asset"], Decimal(wrap["details"]["fee_amount"]) > 0) == ("ETH", True)

    again = read(from_block=first).result
    assert again is not None
    assert again["added"] == 0
    send(evm, token, calldata("transfer(address,uint256)", mine, 1), sender=other)
    more = read().result
    assert more is not None
    assert (more["added"], more["from_block"]) == (1, int(evm.call("eth_blockNumber"), 16))


def test_only_what_moved_is_read_of_a_long_range_to_the_last_wei(
    evm: Evm, me: str, read: Run, ask: Ask, known: Known
) -> None:
    """Five events among 800 blocks: what a vault pays within somebody else's transaction is among them."""
    mine, other = me.lower(), account(evm, 4)
    vault = "0x" + "ab" * 20
    # PUSH1 0 x4, PUSH8 1e17, PUSH20 wallet, GAS, CALL, STOP
    evm.call("anvil_setCode", vault, f"0x600060006000600067016345785d8a000073{mine[2:]}5af100")
    evm.call("anvil_setBalance", vault, hex(ETHER))
    first = int(evm.call("eth_blockNumber"), 16) + 1
    before = int(evm.call("eth_getBalance", mine, "latest"), 16)
    for step in range(4):
        evm.call("anvil_mine", hex(200))
        send(evm, mine if step % 2 else other, b"", sender=other if step % 2 else mine, value=step + 1)
    send(evm, vault, b"", sender=other)
    after = int(evm.call("eth_getBalance", mine, "latest"), 16)
    with serving(forwarding(evm.url)) as node:
        known(node.url)
        done = read(from_block=first)
        calls = node.calls()
    assert done.result is not None
    blocks = [call for call in calls if call["method"] == "eth_getBlockByNumber"]
    print(f"{len(calls)} calls for 800 blocks, {len(blocks)} of them blocks")
    assert len(blocks) == 5
    assert len(calls) < 400
    rows = listed(ask)
    signs = {"transfer_in": 1, "transfer_out": -1, "fee": -1}
    moved = sum(signs[row["type"]] * Decimal(row["amount"]) for row in rows)
    assert moved == Decimal(after - before).scaleb(-18)
    assert ("transfer_in", "ETH", "0.1") in shown(ask)
    # The node's traces say which transaction paid it: nothing is left to guess.
    assert done.result["warnings"] == []
    (paid,) = [row for row in rows if row["amount"] == "0.1"]
    assert paid["txHash"] is not None


def test_a_node_without_old_states_is_read_block_by_block_and_the_range_is_bounded(
    evm: Evm, me: str, read: Run, known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = int(evm.call("eth_blockNumber"), 16) + 1
    send(evm, me.lower(), b"", sender=account(evm, 4), value=ETHER)
    with serving(forgetful(evm.url)) as node:
        known(node.url)
        done = read(from_block=first)
        assert done.status is JobStatus.DONE
        assert done.result is not None
        assert done.result["added"] == 1
        evm.call("anvil_mine", hex(60))
        monkeypatch.setattr("premium.chains.transfers.coin.MAX_BLOCKS_READ", 50)
        monkeypatch.setattr(wallets, "RANGE", 20)
        refused = read(from_block=first + 1)
    assert refused.error is not None
    assert "60 blocks of local would have to be read one by one, more than 50" in refused.error.message


def forgetful(url: str) -> Callable[[str, bytes], tuple[int, bytes]]:
    """A node that has pruned every state but the newest."""
    forward = forwarding(url)

    def respond(path: str, body: bytes) -> tuple[int, bytes]:
        asked = json.loads(body)
        old = {call["id"] for call in asked if call["method"] in ("eth_getBalance", "eth_getTransactionCount")}
        status, answer = forward(path, body)
        missing = {"code": -32000, "message": "missing trie node"}
        answers = [
            {"jsonrpc": "2.0", "id": entry["id"], "error": missing} if entry["id"] in old else entry
            for entry in json.loads(answer)
        ]
        return status, json.dumps(answers).encode()

    return respond


def test_a_reading_that_stops_goes_on_where_its_last_range_was_stored(
    evm: Evm, read: Run, me: str, known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(evm.url)
    monkeypatch.setattr(wallets, "RANGE", 10)
    first = int(evm.call("eth_blockNumber"), 16) + 1
    for value in range(1, 4):
        send(evm, me.lower(), b"", sender=account(evm, 4), value=value)
        evm.call("anvil_mine", hex(9))
    real, seen = wallets.wallet_history, list[int]()

    async def breaking(rpc: Any, wallet: str, start: int, end: int) -> Any:
        seen.append(start)
        if len(seen) == 2:
            raise RuntimeError("the worker is lost")
        return await real(rpc, wallet, start, end)

    monkeypatch.setattr(wallets, "wallet_history", breaking)
    with pytest.raises(RuntimeError):
        read(from_block=first)
    done = read(from_block=first)
    assert done.result is not None
    assert (seen, done.result["added"]) == ([first, first + 10, first + 10, first + 20], 2)


def test_blocks_that_may_still_change_are_read_again(evm: Evm, read: Run, me: str, known: Known) -> None:
    known(evm.url, max_head_age_seconds=3600)
    first = int(evm.call("eth_blockNumber"), 16) + 1
    evm.call("anvil_mine", hex(70))
    send(evm, me.lower(), b"", sender=account(evm, 4), value=1)
    newest = int(evm.call("eth_blockNumber"), 16)
    to_the_end, end_alone = read(from_block=first, to_block=newest), read(from_block=newest, to_block=newest)
    evm.call("anvil_mine", hex(wallets.SETTLED))
    later = read()
    assert later.result is not None
    assert [each.result["added"] for each in (to_the_end, end_alone, later) if each.result] == [1, 0, 0]
    assert (later.result["from_block"], later.result["to_block"]) == (newest - wallets.SETTLED + 1, newest)


def test_another_wallet_another_chain_and_an_empty_range_are_refused(evm: Evm, me: str, ask: Ask, known: Known) -> None:
    known(evm.url)
    path = "/v1/tax/transactions/wallets"
    assert ask("POST", path, {"chain": "local", "address": account(evm, 5)})[0] == 404
    assert ask("POST", path, {"chain": "moon", "address": me})[0] == 400
    assert ask("POST", path, {"chain": "local", "address": "0x1"})[1]["error"]["details"].keys() == {"address"}
    assert ask("POST", path, {"chain": "local", "address": me, "from_block": 5, "to_block": 4})[0] == 400
