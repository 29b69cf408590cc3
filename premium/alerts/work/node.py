"""A chain's node as the poller asks it.

Logs are asked for by the block's hash, so that both are of one block.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from premium.alerts.sources.blocks import TRANSFER, Worth
from premium.chains import answers
from premium.chains.addresses import NATIVE, split_key
from premium.chains.evm import EvmAdapter
from premium.chains.model import Chain
from premium.chains.multicall import Read
from premium.chains.rpc import Call, Rpc, RpcError
from premium.errors import UpstreamUnavailable
from premium.prices.model import Quality
from premium.prices.quotes import Prices

_DECIMALS = bytes.fromhex("313ce567")


class Node:
    """Blocks, transfers and prices of one chain."""

    def __init__(self, rpc: Rpc, adapter: EvmAdapter, prices: Prices) -> None:
        self._rpc, self._adapter, self._prices = rpc, adapter, prices
        self._scale: dict[str, int | None] = {}

    @property
    def chain(self) -> Chain:
        """Return the chain."""
        return self._rpc.chain

    async def newest(self) -> int:
        """Return the height of the newest block."""
        return int(await self._rpc.one("eth_blockNumber"), 16)

    async def hashes(self, numbers: Iterable[int]) -> list[str | None]:
        """Return the hashes of blocks, None where the node has none at a height."""
        calls = [Call("eth_getBlockByNumber", (hex(number), False)) for number in numbers]
        return [_sound(answer) and answer["hash"] for answer in await self._rpc.batch(calls)]

    async def block(self, number: int) -> Mapping[str, Any] | None:
        """Return a block with its transactions in full, None where the node has none."""
        found: Mapping[str, Any] | None = _sound(await self._rpc.one("eth_getBlockByNumber", hex(number), True))
        return found

    async def transfers(self, block_hash: str) -> list[Mapping[str, Any]]:
        """Return a block's Transfer logs; UpstreamUnavailable where the node has lost it meanwhile."""
        (answer,) = await self._rpc.batch([Call("eth_getLogs", ({"blockHash": block_hash, "topics": [TRANSFER]},))])
        found: list[Mapping[str, Any]] = _sound(answer)
        return found

    async def worth(self, keys: set[str]) -> dict[str, Worth]:
        """Return the worth of assets whose price and decimals are known.

        None at all where the sources of prices do not answer.
        """
        quotes = await self._prices.quotes(keys)
        usd = {key: one.price.usd for key, one in quotes.items() if one.price and one.quality is Quality.GOOD}
        await self._learn([key for key in usd if key not in self._scale])
        return {key: Worth(price, scale) for key, price in usd.items() if (scale := self._scale.get(key)) is not None}

    async def _learn(self, keys: list[str]) -> None:
        tokens = [key for key in keys if split_key(key)[1] != NATIVE]
        self._scale |= {key: self.chain.native.decimals for key in keys if key not in tokens}
        if tokens:
            reader = await self._adapter.reader()
            replies = await reader.reads([Read(split_key(key)[1], _DECIMALS) for key in tokens])
            self._scale |= {key: answers.decimals(reply) for key, reply in zip(tokens, replies, strict=True)}


def _sound(answer: Any) -> Any:
    if isinstance(answer, RpcError):
        raise UpstreamUnavailable("the node does not have the block any more") from answer
    return answer
