"""Many JSON-RPC nodes in one process: `python -m benchmarks.portfolio.node <nodes> <latency ms>`.

Prints their ports. Each answers blocks, its chain id, and for Multicall3 one unit of everything, after the latency,
which each call of a batch takes: a node that answered a whole batch at once would make every way look fast.
Node n has chain id 1,000,000 + n. The last port accepts connections and answers nothing.
With a third argument a wallet is used on so many of the nodes alone, by its number, and empty on the others.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any

from eth_abi.abi import encode

from premium.chains.reading import emptiness

FIRST_CHAIN_ID = 1_000_000
_COUNT = slice(10 + 64, 10 + 128)
"""Where `aggregate3` says how many calls it has, in its hex."""
_AGGREGATE, _COUNT_OF_AGGREGATE = "0x252dba42", slice(10 + 64, 10 + 128)
_EMPTINESS = "0x" + emptiness.CODE.hex()
_ONE = (True, (1).to_bytes(32, "big"))


_BLOCK_SECONDS, _BEGUN = 12, time.time()
_ASKED = re.compile("(?:70a08231|4d2301cc)0{24}([0-9a-f]{40})")
"""Whose balance a call of Multicall3 asks for."""


class Fleet:
    """Tell the nodes on which a wallet is used.

    `live` of them in a row, from one that its number says.
    """

    nodes, live = 0, 0

    @classmethod
    def uses(cls, wallet: str, node: int) -> bool:
        return not cls.live or (node - 7 * int(wallet, 16)) % cls.nodes < cls.live


def answer(call: dict[str, Any], chain_id: int) -> object:
    match call["method"]:
        case "eth_chainId":
            return hex(chain_id)
        case "eth_getBlockByNumber":
            newest = 16 + int((time.time() - _BEGUN) / _BLOCK_SECONDS)
            number = newest if call["params"][0] == "latest" else int(call["params"][0], 16)
            at = int(time.time()) - _BLOCK_SECONDS * (newest - number)
            return {"number": hex(number), "hash": "0x" + f"{number:064x}", "timestamp": hex(at)}
        case "eth_call":
            return "0x" + called(call["params"][0]["data"], chain_id - FIRST_CHAIN_ID).hex()
        case "eth_getLogs":
            return []
        case _:
            return hex(1)


def called(data: str, node: int) -> bytes:
    """`aggregate3` gets one answer a call, accounts whether they are empty, everything else a single word."""
    if Fleet.live and data.startswith(_EMPTINESS):
        accounts = data[len(_EMPTINESS) :]
        *said, _ = (not Fleet.uses(accounts[at : at + 40], node) for at in range(0, len(accounts), 40))
        return bytes([*said, 0])
    if data.startswith(_AGGREGATE):
        return _words(int(data[_COUNT_OF_AGGREGATE], 16))
    if not data.startswith("0x82ad56cb"):
        return _ONE[1]
    count, whose = int(data[_COUNT], 16), _ASKED.findall(data) if Fleet.live else ()
    if len(whose) != count:
        return _ones(count)
    held = b"".join(bytes(31) + bytes([Fleet.uses(each, node)]) for each in whose)
    told = bytearray(_ones(count))
    start = 64 + 32 * count
    for place in range(count):
        told[start + 128 * place + 96 : start + 128 * place + 128] = held[32 * place : 32 * place + 32]
    return bytes(told)


@lru_cache(maxsize=256)
def _words(count: int) -> bytes:
    """`aggregate` of the first Multicall, which other libraries ask: a block's number, and a word a call."""
    return encode(["uint256", "bytes[]"], [16, [_ONE[1]] * count])


@lru_cache(maxsize=256)
def _ones(count: int) -> bytes:
    """Made once a length: what a node takes is its latency, not this process' encoding."""
    return encode(["(bool,bytes)[]"], [[_ONE] * count])


async def serve(nodes: int, latency: float) -> None:
    servers = [await asyncio.start_server(_node(FIRST_CHAIN_ID + n, latency), "127.0.0.1", 0) for n in range(nodes)]
    silent = await asyncio.start_server(_silent, "127.0.0.1", 0)
    print(*(server.sockets[0].getsockname()[1] for server in (*servers, silent)), flush=True)
    await asyncio.Event().wait()


def _node(chain_id: int, latency: float) -> Any:
    async def respond(calls: list[dict[str, Any]]) -> bytes:
        await asyncio.sleep(latency * len(calls))
        return http(200, json.dumps(answers(calls, chain_id)).encode())

    return serving(respond)


def answers(calls: list[dict[str, Any]], chain_id: int) -> list[dict[str, Any]]:
    return [{"jsonrpc": "2.0", "id": call["id"], "result": answer(call, chain_id)} for call in calls]


def http(status: int, body: bytes) -> bytes:
    return b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n" % (status, len(body)) + body


def serving(respond: Callable[[list[dict[str, Any]]], Awaitable[bytes | None]]) -> Any:
    """Serve a connection's requests; None ends it without an answer."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                asked = json.loads(await reader.readexactly(length))
                said = await respond(asked if isinstance(asked, list) else [asked])
                if said is None:
                    break
                if not isinstance(asked, list):  # an answer of its own, not a batch of one
                    _, _, body = said.partition(b"\r\n\r\n")
                    said = http(200, body[1:-1])
                writer.write(said)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    return connected


async def _silent(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


if __name__ == "__main__":
    Fleet.nodes, Fleet.live = int(sys.argv[1]), int(sys.argv[3]) if len(sys.argv) > 3 else 0
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]) / 1000))
