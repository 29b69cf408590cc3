"""A hundred chains' nodes in one process: `python -m benchmarks.gas.chains COUNT BLOCK_SECONDS BEGUN`.

Prints a port for each chain, as chains have nodes of their own. A block comes at a moment that all processes can
reckon, its base fee by the rule, with transfers and their receipts as nodes give them.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from premium.gas.model import GasBlock
from tests.unit.gas.market import GWEI, blocks

FIRST_CHAIN_ID = 2_000_000
TRANSACTIONS = 50
_MOST, _LEAST_GAS = 2_000, 3_000_000
"""Blocks of a chain, and gas below which a block is empty."""
_TIPS = (10, 20, 50, 100, 200)
"""Hundredths of a gwei."""


class Timed(NamedTuple):
    """When blocks come: block 0 of chain n a little after that of chain n - 1."""

    chains: int
    seconds: float
    begun: float

    def at(self, chain: int, number: int) -> float:
        """Return when a block comes, in seconds since 1970."""
        return self.begun + self.seconds * (number + chain / self.chains)

    def newest(self, chain: int, now: float) -> int:
        """Return the newest block's number."""
        return int((now - self.at(chain, 0)) // self.seconds)


@lru_cache(maxsize=1_000)
def market(chain: int) -> list[dict[str, int]]:
    """Return the chain's own seeded market."""
    return blocks(chain, _MOST)


def block_hash(chain: int, number: int) -> str:
    """Return a block's hash."""
    return f"{chain + 1:032x}{number + 1:032x}"


def rows(timed: Timed, chain: int, numbers: range) -> list[GasBlock]:
    """Return blocks as history keeps them."""
    return [
        GasBlock(
            number=number, timestamp=datetime.fromtimestamp(int(timed.at(chain, number)), UTC),
            hash=bytes.fromhex(block_hash(chain, number)), parent=bytes.fromhex(block_hash(chain, number - 1)),
            base_fee=row["base_fee"], gas_used=row["gas_used"], gas_limit=row["gas_limit"],
            tips=tuple(sorted(each * GWEI // 100 for each in (_TIPS * 2)[:9])), lowest_taken=_TIPS[0] * GWEI // 100,
            transactions=TRANSACTIONS, blob_gas_used=None, excess_blob_gas=None, basis="receipts",
        )
        for number in numbers
        for row in (market(chain)[number],)
    ]  # fmt: skip


def _quantity(value: int) -> str:
    return hex(value)


def _head(timed: Timed, chain: int, number: int) -> dict[str, Any]:
    row = market(chain)[number]
    return {
        "number": hex(number), "hash": f"0x{block_hash(chain, number)}",
        "parentHash": f"0x{block_hash(chain, number - 1)}", "timestamp": hex(int(timed.at(chain, number))),
        "baseFeePerGas": hex(row["base_fee"]), "gasUsed": hex(row["gas_used"]), "gasLimit": hex(row["gas_limit"]),
        "miner": "0x" + "ee" * 20, "extraData": "0x", "transactions": [],
    }  # fmt: skip


@lru_cache(maxsize=1)
def _transfers() -> tuple[str, str]:
    """Return transactions and receipts as JSON, in which BLOCK stands for the block's hash without 0x."""
    draw = random.Random(18)
    sent, received = [], []
    for place in range(TRANSACTIONS):
        tip, name = draw.choice(_TIPS) * GWEI // 100, f"0x{draw.getrandbits(256):064x}"
        about = {"blockHash": "0xBLOCK", "transactionIndex": hex(place), "from": f"0x{draw.getrandbits(160):040x}",
                 "to": f"0x{draw.getrandbits(160):040x}", "type": "0x2"}  # fmt: skip
        data = "0xa9059cbb" + f"{draw.getrandbits(160):064x}{draw.getrandbits(64):064x}"
        sent.append(about | {"hash": name, "input": data, "value": "0x0", "gas": "0xfde8", "nonce": hex(place),
                             "maxFeePerGas": hex(10**12), "maxPriorityFeePerGas": hex(tip)})  # fmt: skip
        # What was paid is bounded by what the sender allowed: its price need not be known here.
        received.append(about | {"transactionHash": name, "status": "0x1", "gasUsed": hex(draw.randint(30_000, 60_000)),
                                 "effectiveGasPrice": hex(10**12), "logs": []})  # fmt: skip
    return json.dumps(sent), json.dumps(received)


def answer(timed: Timed, chain: int, call: dict[str, Any], now: float) -> str:
    """Return the result of a call, as JSON."""
    newest = timed.newest(chain, now)
    match call["method"]:
        case "eth_chainId":
            return json.dumps(hex(FIRST_CHAIN_ID + chain))
        case "eth_getBlockByNumber" | "eth_getBlockReceipts":
            asked = call["params"][0]
            number = newest if asked == "latest" else int(asked, 16)
            if number > newest:
                return "null"
            is_busy = market(chain)[number]["gas_used"] >= _LEAST_GAS
            sent, received = (each.replace("BLOCK", block_hash(chain, number)) for each in _transfers())
            if call["method"] == "eth_getBlockReceipts":
                return received if is_busy else "[]"
            found = json.dumps(_head(timed, chain, number))
            is_whole = call["params"][1] and is_busy
            return found.replace('"transactions": []', f'"transactions": {sent}') if is_whole else found
        case _:
            return json.dumps(_quantity(GWEI))


async def serve(timed: Timed) -> None:
    """Answer for all chains until the process is ended."""
    servers = [await asyncio.start_server(_node(timed, chain), "127.0.0.1", 0) for chain in range(timed.chains)]
    for chain in range(timed.chains):
        market(chain)
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    await asyncio.Event().wait()


def _node(timed: Timed, chain: int) -> Any:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                now, calls = time.time(), json.loads(await reader.readexactly(length))
                made = (
                    f'{{"jsonrpc":"2.0","id":{call["id"]},"result":{answer(timed, chain, call, now)}}}'
                    for call in calls
                )
                body = f"[{','.join(made)}]".encode()
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    return connected


if __name__ == "__main__":
    asyncio.run(serve(Timed(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))))
