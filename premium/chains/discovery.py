"""Finds the tokens that wallets ever received, by their `Transfer` logs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from premium.chains.addresses import checksum
from premium.chains.model import Discovery
from premium.chains.rpc import Call, Rpc, RpcError
from premium.errors import UpstreamUnavailable

TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
"""keccak256 of `Transfer(address,address,uint256)`."""
TOKENS_A_WALLET = 500
"""Dust and spam reach busy wallets by the thousand; the registry's list and what was held before come first anyway."""


async def received(rpc: Rpc, wallets: Iterable[str], head: int, bounds: Discovery) -> Mapping[str, frozenset[str]]:
    """Return wallet → token addresses, over the last `bounds.blocks`.

    UpstreamUnavailable where the node refuses.
    """
    names = {"0x" + wallet[2:].lower().zfill(64): wallet for wallet in wallets}
    answers = await rpc.batch([_question(names, *span) for span in spans(head, bounds)])
    found: dict[str, set[str]] = defaultdict(set)
    for answer in answers:
        if isinstance(answer, RpcError):
            raise UpstreamUnavailable(f"{rpc.chain.name} does not give its logs: {answer}")
        _collect(answer, names, found)
    return {wallet: frozenset(sorted(tokens)[:TOKENS_A_WALLET]) for wallet, tokens in found.items()}


def spans(head: int, bounds: Discovery) -> list[tuple[int, int]]:
    """Return first and last block of each question, both inclusive."""
    first = max(0, head - bounds.blocks + 1)
    return [(start, min(head, start + bounds.span - 1)) for start in range(first, head + 1, bounds.span)]


def _question(names: Mapping[str, str], first: int, last: int) -> Call:
    topics = [TRANSFER, None, sorted(names)]
    return Call("eth_getLogs", ({"fromBlock": hex(first), "toBlock": hex(last), "topics": topics},))


def _collect(logs: Any, names: Mapping[str, str], found: dict[str, set[str]]) -> None:
    """Only ERC-20: an NFT's `Transfer` has a fourth topic."""
    for log in logs if isinstance(logs, list) else []:
        topics = log.get("topics", [])
        if len(topics) == 3 and topics[2] in names:
            found[names[topics[2]]].add(checksum(log["address"].lower()))
