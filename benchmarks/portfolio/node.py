"""Many JSON-RPC nodes in one process: `python -m benchmarks.portfolio.node <nodes> <latency ms>`.

Prints their ports. Each answers a block, its chain id, and for Multicall3 one unit of everything, after the latency,
which each call of a batch takes: a node that answered a whole batch at once would make every way look fast.
Node n has chain id 1,000,000 + n. The last port accepts connections and answers nothing.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from functools import lru_cache
from typing import Any

from eth_abi.abi import encode

FIRST_CHAIN_ID = 1_000_000
_COUNT = slice(10 + 64, 10 + 128)
"""Where `aggregate3` says how many calls it has, in its hex."""
_ONE = (True, (1).to_bytes(32, "big"))


def answer(call: dict[str, Any], chain_id: int) -> object:
    match call["method"]:
        case "eth_chainId":
            return hex(chain_id)
        case "eth_getBlockByNumber":
            return {"number": "0x10", "hash": "0x" + "10" * 32, "timestamp": hex(int(time.time()))}
        case "eth_call":
            return "0x" + called(call["params"][0]["data"]).hex()
        case "eth_getLogs":
            return []
        case _:
            return hex(1)


def called(data: str) -> bytes:
    """`aggregate3` gets one answer a call, everything else a single word."""
    if not data.startswith("0x82ad56cb"):
        return _ONE[1]
    return _ones(int(data[_COUNT], 16))


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
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                calls = json.loads(await reader.readexactly(length))
                await asyncio.sleep(latency * len(calls))
                made = [{"jsonrpc": "2.0", "id": call["id"], "result": answer(call, chain_id)} for call in calls]
                body = json.dumps(made).encode()
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    return connected


async def _silent(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]) / 1000))
