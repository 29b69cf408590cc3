"""A wallet's history read from a real node: native coin, tokens, gas, an exchange, internal transfers, twice."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from local.evm import CHAIN_ID, Evm
from premium.chains.model import Chain, Native
from premium.chains.rpc import Rpc
from premium.cli.main import main
from premium.errors import InvalidInput
from premium.tax.onchain.wallet import wallet_history
from tests.factories.contracts.deployment import account, calldata, deploy, send
from tests.unit.tax.histories import result

pytestmark = pytest.mark.integration
ETHER = 10**18
BUILD = Path("node_modules/@openzeppelin/contracts/build/contracts")


def history(evm: Evm, wallet: str, first: int) -> tuple[list[dict[str, Any]], list[str]]:
    chain = Chain(
        name="localtest",
        title="Local",
        chain_id=CHAIN_ID,
        native=Native(symbol="ETH", decimals=18),
        rpc=(evm.url,),  # type: ignore[arg-type] # pydantic makes the URL
    )

    async def read() -> tuple[list[dict[str, Any]], list[str]]:
        async with httpx.AsyncClient() as client:
            return await wallet_history(Rpc(chain, client), wallet, first, int(evm.call("eth_blockNumber"), 16))

    return asyncio.run(read())


def test_a_wallets_history_is_read_to_the_last_wei(evm: Evm) -> None:
    me, other = account(evm, 3), account(evm, 4)
    artifact = json.loads((BUILD / "ERC20PresetFixedSupply.json").read_text())
    first = int(evm.call("eth_blockNumber"), 16) + 1
    before = int(evm.call("eth_getBalance", me, "latest"), 16)
    token = deploy(
        evm,
        bytes.fromhex(artifact["bytecode"][2:]),
        ("string", "string", "uint256", "address"),
        ("T", "T", 10**24, other),
    )
    send(evm, token, calldata("transfer(address,uint256)", me, 5 * ETHER), sender=other)
    send(evm, me, b"", sender=other, value=ETHER // 2)
    send(evm, other, b"", sender=me, value=1)
    send(evm, token, calldata("transfer(address,uint256)", other, 2 * ETHER + 1), sender=me)
    after = int(evm.call("eth_getBalance", me, "latest"), 16)

    rows, unclear = history(evm, me, first)
    assert unclear == []
    asset = f"localtest:{token.lower()}"
    made = [(row["type"], row["asset"], row["amount"]) for row in rows if row["type"] != "fee"]
    assert made == [
        ("transfer_in", asset, "5"),
        ("transfer_in", "ETH", "0.5"),
        ("transfer_out", "ETH", "0.000000000000000001"),
        ("transfer_out", asset, "2.000000000000000001"),
    ]
    gas = [row for row in rows if row["type"] == "fee"]
    assert len(gas) == 2, "only what the wallet sent"
    spent = sum(Decimal(row["amount"]) for row in gas)
    assert Decimal(after - before).scaleb(-18) == Decimal("0.5") - Decimal("0.000000000000000001") - spent
    assert history(evm, me, first)[0] == rows
    assert result("US", rows)["warnings"][0]["code"] in ("unmatched_transfer", "missing_price")


def test_what_gives_and_receives_is_an_exchange_and_contracts_that_pay_are_seen(evm: Evm) -> None:
    """A vault that pays 0.1 ether to whoever calls it: the coin comes from inside, and no log says so."""
    me = account(evm, 5)
    # PUSH1 0 x4, PUSH8 1e17, CALLER, GAS, CALL, STOP
    vault = "0x" + "ab" * 20
    evm.call("anvil_setCode", vault, "0x600060006000600067016345785d8a0000335af100")
    evm.call("anvil_setBalance", vault, hex(ETHER))
    first = int(evm.call("eth_blockNumber"), 16) + 1
    send(evm, vault, b"", sender=me)
    rows, unclear = history(evm, me, first)
    assert unclear == []
    assert [(row["type"], row["amount"]) for row in rows if row["type"] != "fee"] == [("transfer_in", "0.1")]


def test_the_command_writes_what_calculate_reads(evm: Evm, tmp_path: Path) -> None:
    me, first = account(evm, 6), int(evm.call("eth_blockNumber"), 16) + 1
    send(evm, me, b"", sender=account(evm, 7), value=ETHER)
    out = tmp_path / "wallet.json"
    options = ["--rpc", evm.url, "--chain", "localtest", "--chain-id", str(CHAIN_ID), "--from-block", str(first)]
    done = CliRunner().invoke(main, ["tax", "wallet", me, *options, "--output", str(out)])
    assert done.exit_code == 0, done.output
    (row,) = json.loads(out.read_text())["transactions"]
    assert (row["type"], row["amount"], row["wallet"].lower()) == ("transfer_in", "1", me)
    assert CliRunner().invoke(main, ["tax", "calculate", "--input", str(out)]).exit_code == 0


def test_a_range_that_is_none_is_refused(evm: Evm) -> None:
    with pytest.raises(InvalidInput, match="the first block is 0 or later"):
        history(evm, account(evm), -60_000)
