"""Asks a chain's nodes for all that a wallet moved between two blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from premium.chains.model import Chain
from premium.chains.rpc import Call, Rpc
from premium.chains.transfers import coin
from premium.chains.transfers.evidence import signs
from premium.chains.transfers.logs import Log, logs_of, moved
from premium.chains.transfers.movement import Movement, explain_balances, rests
from premium.chains.transfers.node import ask
from premium.chains.transfers.traces import add_internal, in_others
from premium.errors import InvalidInput

_SPAN = 2_000


class Moved(NamedTuple):
    """A wallet's movements, and what could not be told apart."""

    movements: list[Movement]
    unclear: list[str]


async def movements_of(rpc: Rpc, wallet: str, first: int, last: int) -> Moved:
    """Return all that a wallet moved from `first` to `last`, both inclusive.

    UpstreamUnavailable where a node does not tell it; Unprocessable where too many blocks would have to be read.
    """
    if first < 0 or last < first:
        raise InvalidInput("the first block is 0 or later, and not after the last", details={"blocks": last - first})
    me, times = wallet.lower(), dict[int, int]()
    movements: dict[str, Movement] = {}
    logs = await _logs(rpc, me, first, last)
    blocks = await coin.moving_blocks(rpc, me, first, last, {int(log["blockNumber"], 16) for log in logs})
    await coin.transactions(rpc, me, blocks.numbers, movements, times)
    await _tokens(rpc, me, logs, movements=movements, times=times)
    await add_gas(rpc, me, movements)
    found = list(movements.values())
    touched = set(blocks.numbers) if blocks.has_states else set()
    changes = await coin.changes(rpc, me, touched | {movement.block for movement in found}, blocks.states)
    await add_internal(rpc, me, found, changes)
    # A block in which the coin moved and that no transaction of the wallet's explains: somebody else's paid it.
    own = {movement.block for movement in found if movement.hash is not None}
    open_blocks = {block: times[block] for block in rests(found, changes) if block not in own}
    theirs = await in_others(rpc, me, open_blocks)
    await add_gas(rpc, me, {movement.name: movement for movement in theirs})
    found += theirs
    return Moved(found, explain_balances(found, changes, times, me))


async def is_unused(rpc: Rpc, wallet: str, block: int) -> bool:
    """Tell whether a wallet had no code, nonce or coin at a block.

    False where the node does not tell.
    """
    found = await coin.states(rpc, wallet.lower(), [block])
    return block in found and found[block].is_nothing


def wrapped_of(chain: Chain) -> str | None:
    """Return the contract that wraps the chain's coin, where its entry names one.

    In small letters.
    """
    if chain.dex is not None:
        return chain.dex.wrapped_native.lower()
    names = (t.address for t in chain.tokens if t.category == "wrapped" and t.symbol == f"W{chain.native.symbol}")
    return next((address.lower() for address in names), None)


async def _logs(rpc: Rpc, me: str, first: int, last: int) -> list[Log]:
    span = rpc.chain.discovery.span if rpc.chain.discovery else _SPAN
    await coin.refuse_too_long(rpc, me, first, last)
    return await logs_of(rpc, me, first, last, span=span, wrapped=wrapped_of(rpc.chain))


async def _tokens(rpc: Rpc, me: str, logs: list[Log], *, movements: dict[str, Movement], times: dict[int, int]) -> None:
    await _times(rpc, {int(log["blockNumber"], 16) for log in logs} - times.keys(), times)
    for log in logs:
        block, name = int(log["blockNumber"], 16), log["transactionHash"]
        for transfer in moved(log, me):
            movements.setdefault(name, Movement(name, block, times[block])).take(transfer, me)


async def _times(rpc: Rpc, blocks: Iterable[int], times: dict[int, int]) -> None:
    for block in await ask(rpc, [Call("eth_getBlockByNumber", (hex(n), False)) for n in sorted(blocks)]):
        times[int(block["number"], 16)] = int(block["timestamp"], 16)


async def add_gas(rpc: Rpc, me: str, movements: Mapping[str, Movement]) -> None:
    """Add the gas of what the wallet sent, with a rollup's part for layer one.

    And what receipts' logs say besides. What failed moved nothing else.
    """
    hashes = [movement.hash for movement in movements.values() if movement.hash is not None]
    for receipt in await ask(rpc, [Call("eth_getTransactionReceipt", (name,)) for name in hashes]):
        movement = movements[receipt["transactionHash"]]
        movement.sender = receipt["from"].lower()
        # Receipts of Ethereum before Byzantium (2017) have none: the balance tells.
        if receipt.get("status") == "0x0":
            movement.fail()
        movement.signs = signs(receipt.get("logs") or ())
        if movement.sender == me:
            layer_one, blobs = _number(receipt, "l1Fee"), _number(receipt, "blobGasUsed")
            movement.gas = _number(receipt, "gasUsed") * _number(receipt, "effectiveGasPrice") + layer_one
            movement.gas += blobs * _number(receipt, "blobGasPrice")


def _number(receipt: Mapping[str, Any], field: str) -> int:
    return int(receipt.get(field) or "0x0", 16)
