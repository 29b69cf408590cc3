"""Find what a wallet lets others take.

By its own events, then by the state of one block.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import httpx

from premium.abi.encoder import encode
from premium.abi.signatures import signature_of
from premium.chains.endpoint import Answer, Call, RpcError
from premium.chains.rpc import Rpc
from premium.errors import UpstreamUnavailable

APPROVAL = "0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925"
FOR_ALL = "0x17307eab39ab6107e8899845ad3d59bd9653f200f220920489ca2b5937696c31"
PERMIT2_APPROVAL = "0xda9fa7c1b00402c17d0161b249b1ab8bbec047c5a52207b9c112deffd817036b"
PERMIT2_PERMIT = "0xc6a377bfc4eb120024a8ac08eef205be16b817020812c73223e81d1bdb9708ec"
PERMIT2 = "0x000000000022d473030f116ddee9f6b43ac78ba3"
MOST = 500
_MOST_PARTS = 128
_GAS = hex(500_000)


class Open(NamedTuple):
    """An allowance that stands at a block; addresses in lower case.

    `via`: erc20, operator (all units of a collection), permit2.
    """

    token: str
    spender: str
    via: str
    amount: int
    """1 for an operator."""
    balance: int
    block: int
    """Of the newest event about it."""
    until: int | None = None


class Found(NamedTuple):
    """What stands, as of which block, and what could not be read."""

    block: int
    time: int
    allowances: tuple[Open, ...]
    unknowns: tuple[str, ...]


def allowances_of(rpc: Callable[[httpx.AsyncClient], Rpc], wallet: str) -> Found:
    """Return what a wallet (lower case) lets others take now; UpstreamUnavailable where no node answers."""
    return asyncio.run(_allowances(rpc, wallet))


async def _allowances(make: Callable[[httpx.AsyncClient], Rpc], wallet: str) -> Found:
    async with httpx.AsyncClient() as client:
        nodes = make(client)
        head = await nodes.told("eth_getBlockByNumber", "latest", False)
        last, time = int(str(head["number"]), 16), int(str(head["timestamp"]), 16)
        logs, is_whole = await _logs(nodes, wallet, last)
        named = _named(logs)
        listed = sorted(named, key=lambda each: -named[each])[:MOST]
        unknowns = [] if is_whole else ["Not all events of the wallet could be read: allowances may be missing."]
        if len(named) > MOST:
            unknowns.append(f"{len(named) - MOST} older allowances were not read: they are too many.")
        at = hex(last)
        answers = await nodes.batch([each for one in listed for each in _asked(wallet, *one, at)])
    pairs = [(answers[2 * n], answers[2 * n + 1]) for n in range(len(listed))]
    stand = [
        made
        for one, (allowed, held) in zip(listed, pairs, strict=True)
        if (made := _open(one, allowed, held, named[one], time)) is not None
    ]
    failed = sum(isinstance(allowed, RpcError) for allowed, _ in pairs)
    if failed:
        unknowns.append(f"{failed} allowances could not be read.")
    return Found(last, time, tuple(stand), tuple(unknowns))


async def _logs(nodes: Rpc, wallet: str, last: int) -> tuple[list[Any], bool]:
    """Return the wallet's events.

    A span that a node refuses is halved, within a bound of requests.
    """
    topics = [[APPROVAL, FOR_ALL, PERMIT2_APPROVAL, PERMIT2_PERMIT], "0x" + wallet[2:].rjust(64, "0")]
    found: list[Any] = []
    spans, asked = [(0, last)], 0
    while spans and asked < _MOST_PARTS:
        low, high = spans.pop()
        asked += 1
        query = {"fromBlock": hex(low), "toBlock": hex(high), "topics": topics}
        try:
            found += await nodes.one("eth_getLogs", query)
        except RpcError as error:
            if low == high:
                raise UpstreamUnavailable(f"{nodes.chain.name} answers eth_getLogs with {error}") from error
            middle = (low + high) // 2
            # The newest first: what is cut then is the oldest.
            spans += [(low, middle), (middle + 1, high)]
    return found, not spans


def _named(logs: Iterable[Any]) -> dict[tuple[str, str, str], int]:
    """Token, spender and kind of each event, with its newest block."""
    named: dict[tuple[str, str, str], int] = {}
    for log in logs:
        try:
            topics, emitter = [str(each).lower() for each in log["topics"]], str(log["address"]).lower()
            block = int(str(log["blockNumber"]), 16)
            key = _key(topics, emitter)
        except (KeyError, TypeError, ValueError, IndexError):
            continue
        if key is not None:
            named[key] = max(block, named.get(key, 0))
    return named


def _key(topics: Sequence[str], emitter: str) -> tuple[str, str, str] | None:
    if topics[0] in (PERMIT2_APPROVAL, PERMIT2_PERMIT):
        return (_address(topics[2]), _address(topics[3]), "permit2") if emitter == PERMIT2 else None
    if topics[0] == FOR_ALL:
        return emitter, _address(topics[2]), "operator"
    # With four topics it is one unit of a collection, whose allowance ends with its next move.
    return (emitter, _address(topics[2]), "erc20") if len(topics) == 3 else None


def _asked(wallet: str, token: str, spender: str, via: str, at: str) -> tuple[Call, Call]:
    target, signature, values = {
        "erc20": (token, "allowance(address,address)", (wallet, spender)),
        "operator": (token, "isApprovedForAll(address,address)", (wallet, spender)),
        "permit2": (PERMIT2, "allowance(address,address,address)", (wallet, token, spender)),
    }[via]
    return _call(target, signature, values, at), _call(token, "balanceOf(address)", (wallet,), at)


def _call(to: str, text: str, values: tuple[Any, ...], at: str) -> Call:
    return Call("eth_call", ({"to": to, "data": f"0x{calldata(text, values).hex()}", "gas": _GAS}, at))


def calldata(text: str, values: tuple[Any, ...]) -> bytes:
    """Return the calldata of a function's signature."""
    signature = signature_of(text)
    return signature.selector + encode(signature.inputs, values)


def _open(one: tuple[str, str, str], allowed: Answer, held: Answer, block: int, now: int) -> Open | None:
    token, spender, via = one
    words, balance = _words(allowed), _words(held)
    if not words or not words[0]:
        return None
    until = words[1] if via == "permit2" and len(words) > 1 else None
    if until is not None and until < now:
        return None
    return Open(token, spender, via, words[0], balance[0] if balance else 0, block, until)


def _words(answer: Answer) -> list[int]:
    if not isinstance(answer, str) or not 66 <= len(answer) <= 2 + 64 * 4:
        return []
    raw = bytes.fromhex(answer[2:])
    return [int.from_bytes(raw[place : place + 32]) for place in range(0, len(raw) - 31, 32)]


def _address(topic: str) -> str:
    return f"0x{topic[-40:]}"
