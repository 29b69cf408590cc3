"""Positions of a test node's wallets, read as the product reads them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from eth_abi.abi import decode

from local.evm import Evm
from local.market.model import MULTICALL3
from local.market.node import calldata
from premium.chains import registry
from premium.chains.addresses import checksum
from premium.chains.contracts.caller import Contracts
from premium.chains.contracts.protocols import Protocol
from premium.chains.evm import EvmAdapter
from premium.chains.model import Chain
from premium.chains.reading.block import Head
from premium.chains.rpc import Rpc
from premium.clock import SystemClock
from premium.neighbours import open_client
from premium.portfolio.onchain.finder import find
from premium.portfolio.positions.found import Found


def entry(name: str, kind: str, **fields: Any) -> Protocol:
    return Protocol.model_validate({"name": name, "title": name, "kind": kind, "sources": ["https://x.test"], **fields})


def ask(evm: Evm, target: str, signature: str, returns: str, *arguments: Any, sender: str | None = None) -> Any:
    """What a call would answer now; a tuple of several."""
    call = {"to": target, "data": "0x" + calldata(signature, *arguments).hex(), **({"from": sender} if sender else {})}
    found = decode(returns.split(","), bytes.fromhex(str(evm.call("eth_call", call, "latest"))[2:]))
    return found[0] if len(found) == 1 else found


def positions(
    evm: Evm,
    entries: Sequence[Protocol],
    wallet: str,
    tokens: Iterable[str] = (),
    nfts: Mapping[str, Iterable[str]] | None = None,
    **fields: Any,
) -> list[Found]:
    """Return the wallet's positions at the newest block, where it is known to hold these tokens."""
    return asyncio.run(_positions(evm, entries, {checksum(wallet): list(map(checksum, tokens))}, nfts, fields))


async def _positions(
    evm: Evm,
    entries: Sequence[Protocol],
    wallets: Mapping[str, Sequence[str]],
    nfts: Mapping[str, Iterable[str]] | None,
    fields: Mapping[str, Any],
) -> list[Found]:
    async with open_client() as client:
        contracts = newest(evm, Rpc(local(evm, **fields), client))
        held = {wallet: await contracts.balances(wallet, tokens) for wallet, tokens in wallets.items()}
        return await find(contracts, entries, held, nfts)


def local(evm: Evm, **fields: Any) -> Chain:
    """Return the node's entry."""
    chain = {"name": "local", "title": "Local", "chain_id": 31337, "native": {"symbol": "ETH", "decimals": 18},
             "rpc": [evm.url], "multicall": MULTICALL3, **fields}  # fmt: skip
    return registry.parse('{"chains": []}', json.dumps({"chains": [chain]}))["local"]


def newest(evm: Evm, rpc: Rpc) -> Contracts:
    """Return the contracts at the newest block."""
    block = evm.call("eth_getBlockByNumber", "latest", False)
    head = Head(int(block["number"], 16), block["hash"], datetime.fromtimestamp(int(block["timestamp"], 16), UTC))
    return Contracts(rpc, head, EvmAdapter(rpc, SystemClock()).readers(head))
