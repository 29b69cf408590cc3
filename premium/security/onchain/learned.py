"""Read of a node what a transaction or message touches.

Code, balances, tokens, and the block.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from premium.chains.endpoint import Answer, Call, RpcError
from premium.chains.rpc import Rpc
from premium.errors import UpstreamUnavailable
from premium.security.knowledge.known import ZERO, Token
from premium.security.onchain.behind import behind

MOST_ADDRESSES, MOST_TOKENS = 32, 8
_SUPPLY, _DECIMALS, _SYMBOL = "0x18160ddd", "0x313ce567", "0x95d89b41"
_MOST_CODE, _MOST_SYMBOL = 64 << 10, 64
_GAS = hex(1_000_000)


@dataclass(frozen=True)
class Learned:
    """What a node said at one block; what it did not say is left out."""

    block: int | None = None
    block_hash: str | None = None
    time: int | None = None
    code: Mapping[str, bytes | int] = field(default_factory=dict)
    behind: Mapping[str, str] = field(default_factory=dict)
    """What proxies run; its code is among the codes."""
    balances: Mapping[str, int] = field(default_factory=dict)
    supplies: Mapping[str, int] = field(default_factory=dict)
    tokens: Mapping[str, Token] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    """Sentences on what could not be read."""


def learn(
    rpc: Callable[[httpx.AsyncClient], Rpc], addresses: Sequence[str], tokens: Sequence[str], user: str | None,
    seconds: float,
) -> Learned:  # fmt: skip
    """Read what can be read in time.

    A node that fails is said in `missing`, never raised.
    """
    try:
        return asyncio.run(asyncio.wait_for(_learn(rpc, addresses, tokens, user), seconds))
    except (UpstreamUnavailable, RpcError, TimeoutError, ValueError, TypeError, KeyError):
        return Learned(missing=("The chain's node did not answer in time: code and balances are not known.",))


async def _learn(
    rpc: Callable[[httpx.AsyncClient], Rpc], addresses: Sequence[str], tokens: Sequence[str], user: str | None
) -> Learned:
    asked, coins = addresses[:MOST_ADDRESSES], tokens[:MOST_TOKENS]
    async with httpx.AsyncClient() as client:
        nodes = rpc(client)
        head = await nodes.one("eth_getBlockByNumber", "latest", False)
        at = str(head["number"])
        calls = [Call("eth_getCode", (each, at)) for each in asked]
        calls += [
            Call("eth_call", ({"to": each, "data": data, "gas": _GAS}, at))
            for each in coins
            for data in (_SUPPLY, _DECIMALS, _SYMBOL)
        ]
        calls += [Call("eth_getBalance", (user, at))] if user else []
        answers = await nodes.batch(calls)
        known = {
            each: code for each, answer in zip(asked, answers, strict=False) if (code := _code(answer)) is not None
        }
        runs = await behind(nodes, known, at)
        known |= await _more(nodes, [each for each in runs.values() if each not in known], at)
    views = answers[len(asked) : len(asked) + 3 * len(coins)]
    balance = _number(answers[-1]) if user else None
    more = len(addresses) - len(asked)
    return Learned(
        block=int(at, 16),
        block_hash=str(head["hash"]),
        time=int(str(head["timestamp"]), 16),
        code=known,
        behind=runs,
        balances={} if balance is None else {"native": balance},
        supplies={each: n for number, each in enumerate(coins) if (n := _number(views[3 * number])) is not None},
        tokens=_tokens(coins, views),
        missing=(f"The code of {more} addresses was not read: they are too many.",) if more > 0 else (),
    )


async def _more(nodes: Rpc, addresses: Sequence[str], at: str) -> dict[str, bytes | int]:
    """Codes of what proxies run."""
    asked = list(dict.fromkeys(addresses))[:MOST_ADDRESSES]
    answers = await nodes.batch([Call("eth_getCode", (each, at)) for each in asked]) if asked else []
    return {each: code for each, answer in zip(asked, answers, strict=True) if (code := _code(answer)) is not None}


def _tokens(coins: Sequence[str], views: Sequence[Answer]) -> dict[str, Token]:
    found = {}
    for number, each in enumerate(coins):
        decimals, symbol = _number(views[3 * number + 1]), _text(views[3 * number + 2])
        if decimals is not None and decimals <= 77:
            found[each] = Token(symbol, decimals)
    return found


def _code(answer: Answer) -> bytes | int | None:
    """The code; its size alone where it is larger than any that runs."""
    if not isinstance(answer, str) or not answer.startswith("0x"):
        return None
    if len(answer) > 2 * _MOST_CODE + 2:
        return len(answer) // 2 - 1
    return bytes.fromhex(answer[2:]) or 0


def _number(answer: Answer) -> int | None:
    if not isinstance(answer, str) or not 2 < len(answer) <= 66:
        return None
    return int(answer, 16)


def _text(answer: Answer) -> str | None:
    """A symbol as a string or as 32 bytes, short and printable.

    What a chain says is data.
    """
    if not isinstance(answer, str) or not 66 <= len(answer) <= 2 * 4096:
        return None
    raw = bytes.fromhex(answer[2:])
    if len(raw) > 32:
        size = int.from_bytes(raw[32:64])
        raw = raw[64 : 64 + size] if size <= len(raw) - 64 else b""
    text = "".join(c for c in raw.rstrip(b"\0").decode(errors="replace") if c.isprintable())
    return text[:_MOST_SYMBOL] or None


def addresses_in(value: Any) -> list[str]:
    """Return the addresses of nested values in lower case, each once, in order."""
    found: dict[str, None] = {}
    _collect(value, found)
    return [each for each in found if each != ZERO]


def _collect(value: Any, found: dict[str, None]) -> None:
    if isinstance(value, str):
        if len(value) == 42 and value[:2] in ("0x", "0X"):
            found[value.lower()] = None
    elif isinstance(value, Mapping):
        for each in value.values():
            _collect(each, found)
    elif isinstance(value, Iterable) and not isinstance(value, bytes):
        for each in value:
            _collect(each, found)
