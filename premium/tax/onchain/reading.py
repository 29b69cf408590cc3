"""Asks a chain's nodes for all that moved in or out of a wallet between two blocks.

Native transfers stand in no log, so every block of the range is read: for a local chain or a recent range; for years
of mainnet an explorer's export (`importers.etherscan`) is the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import httpx

from premium.chains.discovery import TRANSFER
from premium.chains.model import Chain, Native
from premium.chains.rpc import Call, Rpc, RpcError
from premium.errors import InvalidInput, UpstreamUnavailable
from premium.tax.onchain.history import ChainNames, Movement, Row, explain_balances, rows_of

MAX_BLOCKS = 50_000
_SPAN = 2_000
_DECIMALS = "0x313ce567"


async def wallet_history(rpc: Rpc, wallet: str, first: int, last: int) -> tuple[list[Row], list[str]]:
    """(neutral rows, what could not be told apart) of blocks `first` to `last`, both inclusive."""
    if last < first or last - first >= MAX_BLOCKS:
        raise InvalidInput(f"between 1 and {MAX_BLOCKS} blocks at once", details={"blocks": last - first + 1})
    me = wallet.lower()
    movements, times = await _native(rpc, me, first, last)
    await _tokens(rpc, me, range(first, last + 1), movements=movements, times=times)
    await _gas(rpc, me, movements)
    found = list(movements.values())
    unclear = explain_balances(found, await _changes(rpc, me, {movement.block for movement in found}))
    tokens = {asset for movement in found for asset in movement.units if asset is not None}
    native = rpc.chain.native
    names = ChainNames(
        chain=rpc.chain.name,
        native=native.symbol,
        native_decimals=native.decimals,
        decimals=await _decimals(rpc, tokens),
    )
    return list(rows_of(found, wallet, names)), unclear


async def read_wallet(
    wallet: str, *, urls: Sequence[str], chain: str, chain_id: int, native: str, first: int, last: int | None
) -> tuple[list[Row], list[str]]:
    """The same from addresses of nodes alone; the newest block where no last one is named."""
    coin = Native(symbol=native, decimals=18)
    entry = Chain.model_validate({"name": chain, "title": chain, "chain_id": chain_id, "native": coin, "rpc": urls})
    async with httpx.AsyncClient() as client:
        rpc = Rpc(entry, client, deadline=30.0)
        newest = int(await rpc.one("eth_blockNumber"), 16) if last is None else last
        return await wallet_history(rpc, wallet, first, newest)


async def _ask(rpc: Rpc, calls: list[Call]) -> list[Any]:
    answers = await rpc.batch(calls)
    for answer in answers:
        if isinstance(answer, RpcError):
            raise UpstreamUnavailable(f"{rpc.chain.name} does not give its history: {answer}")
    return answers


async def _native(rpc: Rpc, me: str, first: int, last: int) -> tuple[dict[str, Movement], dict[int, int]]:
    """Transactions that the wallet sent or got, by hash, and the time of every block."""
    movements: dict[str, Movement] = {}
    times: dict[int, int] = {}
    for start in range(first, last + 1, _SPAN):
        numbers = range(start, min(last, start + _SPAN - 1) + 1)
        for block in await _ask(rpc, [Call("eth_getBlockByNumber", (hex(n), True)) for n in numbers]):
            number = int(block["number"], 16)
            times[number] = int(block["timestamp"], 16)
            for tx in block["transactions"]:
                if me in (tx["from"].lower(), (tx["to"] or "").lower()):
                    movements[tx["hash"]] = _movement(tx, me, number, times[number])
    return movements, times


def _movement(tx: Any, me: str, block: int, time: int) -> Movement:
    made = Movement(tx["hash"], block, time)
    value = int(tx["value"], 16)
    if value and tx["from"].lower() == me:
        made.add(None, -value)
    if value and (tx["to"] or "").lower() == me:
        made.add(None, value)
    return made


async def _tokens(rpc: Rpc, me: str, blocks: range, *, movements: dict[str, Movement], times: dict[int, int]) -> None:
    """ERC-20 transfers that name the wallet; an NFT's has a fourth topic and is left to the explorer's export."""
    mine = "0x" + me[2:].zfill(64)
    calls = [
        Call(
            "eth_getLogs", ({"fromBlock": hex(start), "toBlock": hex(min(blocks[-1], start + _SPAN - 1)), "topics": t},)
        )
        for start in blocks[::_SPAN]
        for t in ([TRANSFER, mine], [TRANSFER, None, mine])
    ]
    seen: set[tuple[str, str]] = set()
    for log in (log for logs in await _ask(rpc, calls) for log in logs):
        place = (log["transactionHash"], log["logIndex"])
        if len(log["topics"]) != 3 or place in seen:
            continue
        seen.add(place)
        block = int(log["blockNumber"], 16)
        movement = movements.setdefault(log["transactionHash"], Movement(log["transactionHash"], block, times[block]))
        units, token = int(log["data"], 16), log["address"].lower()
        if log["topics"][1] == mine:
            movement.add(token, -units)
        if log["topics"][2] == mine:
            movement.add(token, units)


async def _gas(rpc: Rpc, me: str, movements: dict[str, Movement]) -> None:
    """Gas of what the wallet sent; what failed moved nothing else."""
    names = list(movements)
    for receipt in await _ask(rpc, [Call("eth_getTransactionReceipt", (name,)) for name in names]):
        movement = movements[receipt["transactionHash"]]
        if receipt["status"] != "0x1":
            movement.units.clear()
        if receipt["from"].lower() == me:
            layer_one = int(receipt.get("l1Fee") or "0x0", 16)
            movement.gas = int(receipt["gasUsed"], 16) * int(receipt["effectiveGasPrice"], 16) + layer_one


async def _changes(rpc: Rpc, me: str, blocks: Iterable[int]) -> dict[int, int]:
    """The native balance's change in each block, where the node still knows the state before it."""
    wanted = sorted(block for block in blocks if block > 0)
    calls = [Call("eth_getBalance", (me, hex(number))) for block in wanted for number in (block - 1, block)]
    answers = await rpc.batch(calls)
    changes = {}
    for block, before, after in zip(wanted, answers[::2], answers[1::2], strict=True):
        if not isinstance(before, RpcError) and not isinstance(after, RpcError):
            changes[block] = int(after, 16) - int(before, 16)
    return changes


async def _decimals(rpc: Rpc, tokens: Iterable[str]) -> dict[str, int]:
    """A contract that does not say counts in whole units."""
    listed = sorted(tokens)
    answers = await rpc.batch([Call("eth_call", ({"to": token, "data": _DECIMALS}, "latest")) for token in listed])
    known = {}
    for token, answer in zip(listed, answers, strict=True):
        if isinstance(answer, str) and len(answer) == 66 and int(answer, 16) <= 77:
            known[token] = int(answer, 16)
    return known
