"""A chain's node as the poller asks it.

Logs are asked for by the block's hash, so that both are of one block.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from premium.alerts.sources.blocks import TRANSFER, Asset
from premium.chains import answers
from premium.chains.addresses import asset_key, split_key
from premium.chains.evm import EvmAdapter
from premium.chains.model import Chain
from premium.chains.multicall import Read
from premium.chains.rpc import Call, Rpc, RpcError
from premium.errors import UpstreamUnavailable
from premium.prices.model import Quality
from premium.prices.quotes import Prices

_DECIMALS, _SYMBOL = bytes.fromhex("313ce567"), bytes.fromhex("95d89b41")


class Node:
    """Blocks, transfers, assets and prices of one chain."""

    def __init__(self, rpc: Rpc, adapter: EvmAdapter, prices: Prices) -> None:
        self._rpc, self._adapter, self._prices = rpc, adapter, prices
        self._known = _listed(rpc.chain)
        self._named = {asset_key(rpc.chain.name, token.address) for token in rpc.chain.tokens}

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

    async def describe(self, keys: set[str]) -> dict[str, Asset]:
        """Return the symbols and decimals of assets, and their good prices.

        UpstreamUnavailable where a contract could not be asked: the block is read again.
        """
        await self._learn(sorted(keys - self._known.keys()))
        scaled = {key for key in keys if self._known[key].decimals is not None}
        quotes = await self._prices.quotes(scaled)
        usd = {key: one.price.usd for key, one in quotes.items() if one.price and one.quality is Quality.GOOD}
        return {key: replace(self._known[key], usd=usd.get(key)) for key in keys}

    async def _learn(self, keys: list[str]) -> None:
        """Ask the contracts that the registry does not describe, once a process."""
        if not keys:
            return
        tokens = [split_key(key)[1] for key in keys]
        reader = await self._adapter.reader()
        replies = await reader.reads([Read(token, said) for token in tokens for said in (_DECIMALS, _SYMBOL)])
        for number, key in enumerate(keys):
            decimals, symbol = answers.decimals(replies[2 * number]), answers.symbol(replies[2 * number + 1])
            self._known[key] = Asset(symbol, decimals, listed=key in self._named)


def _listed(chain: Chain) -> dict[str, Asset]:
    """Return the assets that the registry describes in full: no contract need be asked."""
    native = {asset_key(chain.name): Asset(chain.native.symbol, chain.native.decimals, listed=True)}
    tokens = {
        asset_key(chain.name, token.address): Asset(token.symbol, token.decimals, listed=True)
        for token in chain.tokens
        if token.symbol is not None and token.decimals is not None
    }
    return native | tokens


def _sound(answer: Any) -> Any:
    if isinstance(answer, RpcError):
        raise UpstreamUnavailable("the node does not have the block any more") from answer
    return answer
