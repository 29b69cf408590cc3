"""Ask a chain's nodes for all that a wallet moved between two blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from premium.chains.model import Chain
from premium.chains.rpc import Call, Rpc
from premium.errors import InvalidInput
from premium.tax.onchain import coin
from premium.tax.onchain.logs import logs_of, moved, topic_of
from premium.tax.onchain.movements import ChainNames, Movement, Row, explain_balances, rows_of
from premium.tax.onchain.node import ask

_SPAN = 2_000
_DECIMALS = "0x313ce567"


async def wallet_history(rpc: Rpc, wallet: str, first: int, last: int) -> tuple[list[Row], list[str]]:
    """Return (neutral rows, what could not be told apart) of a range of blocks.

    From `first` to `last`, both inclusive.
    """
    if first < 0 or last < first:
        raise InvalidInput("the first block is 0 or later, and not after the last", details={"blocks": last - first})
    me, times = wallet.lower(), dict[int, int]()
    movements: dict[str, Movement] = {}
    blocks = await coin.moving_blocks(rpc, me, first, last)
    await coin.transactions(rpc, me, blocks.numbers, movements, times)
    await _tokens(rpc, me, first, last, movements=movements, times=times)
    await _gas(rpc, me, movements)
    found = list(movements.values())
    touched = set(blocks.numbers) if blocks.has_states else set()
    changes = await coin.changes(rpc, me, touched | {movement.block for movement in found})
    unclear = explain_balances(found, changes, times)
    # In small letters, as explorers' exports have it: one wallet must not be two.
    return list(rows_of(found, me, await _names(rpc, found))), unclear


def wrapped_of(chain: Chain) -> str | None:
    """Return the contract that wraps the chain's coin, where its entry names one.

    In small letters.
    """
    if chain.dex is not None:
        return chain.dex.wrapped_native.lower()
    names = (t.address for t in chain.tokens if t.category == "wrapped" and t.symbol == f"W{chain.native.symbol}")
    return next((address.lower() for address in names), None)


async def _tokens(
    rpc: Rpc, me: str, first: int, last: int, *, movements: dict[str, Movement], times: dict[int, int]
) -> None:
    span = rpc.chain.discovery.span if rpc.chain.discovery else _SPAN
    logs = await logs_of(rpc, me, first, last, span=span, wrapped=wrapped_of(rpc.chain))
    await _times(rpc, {int(log["blockNumber"], 16) for log in logs} - times.keys(), times)
    mine = topic_of(me)
    for log in logs:
        block, name = int(log["blockNumber"], 16), log["transactionHash"]
        for asset, units in moved(log, mine):
            movements.setdefault(name, Movement(name, block, times[block])).add(asset, units)


async def _times(rpc: Rpc, blocks: Iterable[int], times: dict[int, int]) -> None:
    for block in await ask(rpc, [Call("eth_getBlockByNumber", (hex(n), False)) for n in sorted(blocks)]):
        times[int(block["number"], 16)] = int(block["timestamp"], 16)


async def _gas(rpc: Rpc, me: str, movements: dict[str, Movement]) -> None:
    """Gas of what the wallet sent, a rollup's part for layer one with it; what failed moved nothing else."""
    hashes = [movement.hash for movement in movements.values() if movement.hash is not None]
    for receipt in await ask(rpc, [Call("eth_getTransactionReceipt", (name,)) for name in hashes]):
        movement = movements[receipt["transactionHash"]]
        # Receipts of Ethereum before Byzantium (2017) have none: the balance tells.
        if receipt.get("status") == "0x0":
            movement.units.clear()
        if receipt["from"].lower() == me:
            layer_one, blobs = _number(receipt, "l1Fee"), _number(receipt, "blobGasUsed")
            movement.gas = _number(receipt, "gasUsed") * _number(receipt, "effectiveGasPrice") + layer_one
            movement.gas += blobs * _number(receipt, "blobGasPrice")


def _number(receipt: Mapping[str, Any], field: str) -> int:
    return int(receipt.get(field) or "0x0", 16)


async def _names(rpc: Rpc, movements: Iterable[Movement]) -> ChainNames:
    tokens = {asset for movement in movements for asset in movement.units if asset is not None and ":" not in asset}
    coin = rpc.chain.native
    return ChainNames(
        chain=rpc.chain.name,
        native=coin.symbol,
        native_decimals=coin.decimals,
        decimals=await _decimals(rpc, tokens),
        wrapped=wrapped_of(rpc.chain),
        symbols={token.address.lower(): token.symbol for token in rpc.chain.tokens if token.symbol},
    )


async def _decimals(rpc: Rpc, tokens: Iterable[str]) -> dict[str, int]:
    """A contract that does not say counts in whole units."""
    listed = sorted(tokens)
    answers = await rpc.batch([Call("eth_call", ({"to": token, "data": _DECIMALS}, "latest")) for token in listed])
    known = {}
    for token, answer in zip(listed, answers, strict=True):
        if isinstance(answer, str) and len(answer) == 66 and int(answer, 16) <= 77:
            known[token] = int(answer, 16)
    return known
