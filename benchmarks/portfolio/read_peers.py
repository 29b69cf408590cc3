"""Reads the same balances by web3.py, a call each, and by PyPI's `multicall`: `read_peers.py TOKENS PORT…`.

Both as their documentation shows them: all chains at once, nothing else tuned. Prints what each took.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from multicall import Call, Multicall
from multicall.constants import MULTICALL3_ADDRESSES
from web3 import AsyncHTTPProvider, AsyncWeb3, HTTPProvider, Web3

from benchmarks.portfolio.node import FIRST_CHAIN_ID

WALLET = Web3.to_checksum_address("0x" + "12" * 20)
ABI = [{"type": "function", "name": "balanceOf", "stateMutability": "view",
        "inputs": [{"name": "owner", "type": "address"}], "outputs": [{"name": "", "type": "uint256"}]}]  # fmt: skip


def tokens(count: int) -> list[str]:
    return [Web3.to_checksum_address(f"0x{n:040x}") for n in range(1, count + 1)]


async def one_call_each(ports: list[int], count: int) -> int:
    """Read each balance by web3.py's own contract, the coin by `get_balance`; return how many."""

    async def chain(port: int) -> int:
        node = AsyncWeb3(AsyncHTTPProvider(f"http://127.0.0.1:{port}", request_kwargs={"timeout": 300}))
        asked = [node.eth.contract(each, abi=ABI).functions.balanceOf(WALLET).call() for each in tokens(count)]
        found = await asyncio.gather(node.eth.get_balance(WALLET), *asked)
        await node.provider.disconnect()
        return len(found)

    return sum(await asyncio.gather(*(chain(port) for port in ports)))


async def multicalls(ports: list[int], count: int) -> int:
    """Read the tokens of each chain by one `Multicall`, the coin by `get_balance` beside it; return how many."""

    async def chain(number: int, port: int) -> int:
        node = Web3(HTTPProvider(f"http://127.0.0.1:{port}"))
        MULTICALL3_ADDRESSES[FIRST_CHAIN_ID + number] = Web3.to_checksum_address("0x" + "ca" * 20)  # type: ignore[index] # its keys are a list of known chains
        calls = [Call(each, ["balanceOf(address)(uint256)", WALLET], [(each, None)]) for each in tokens(count)]
        made = await asyncio.to_thread(Multicall, calls, None, True, 50_000_000, node)  # it asks for the chain's id
        found, _ = await asyncio.gather(made.coroutine(), asyncio.to_thread(node.eth.get_balance, WALLET))
        return len(found) + 1

    return sum(await asyncio.gather(*(chain(number, port) for number, port in enumerate(ports))))


def main() -> None:
    count, ports = int(sys.argv[1]), [int(each) for each in sys.argv[2:]]
    told = {}
    for name, read in (("web3.py, one call a balance", one_call_each), ("PyPI multicall", multicalls)):
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            balances, why = asyncio.run(read(ports, count)), ""
        except (OSError, LookupError, RuntimeError, TypeError, ValueError) as error:  # it is told beside the others
            balances, why = 0, f"{type(error).__name__}: {error}"[:200]
        told[name] = {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "balances": balances,
                      "why": why}  # fmt: skip
    print(json.dumps(told))


if __name__ == "__main__":
    main()
