"""A chain's node as the poller asks it: nothing is believed before it is checked.

Blocks that are compared come from one view, by one request where they fit into one. What contradicts itself is asked
of the other endpoints, and the endpoint that gave it is asked last for a while.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from premium.alerts.sources.blocks import Asset
from premium.alerts.sources.headers import Raw, problem
from premium.chains import answers
from premium.chains.addresses import asset_key, split_key
from premium.chains.block_logs import BlockLogs, Contradiction
from premium.chains.evm import EvmAdapter
from premium.chains.model import Chain
from premium.chains.multicall import Read
from premium.chains.rpc import Call, Rpc, RpcError, View
from premium.errors import UpstreamUnavailable
from premium.observability import count, logger
from premium.prices.model import Quality
from premium.prices.quotes import Prices

_DECIMALS, _SYMBOL = bytes.fromhex("313ce567"), bytes.fromhex("95d89b41")
_UNSAID_SECONDS = (0.0, 60.0, 600.0, 3600.0)
"""The pauses before a contract that does not say its decimals is asked again: it, or the node, may do so later."""

Logs = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ReadBlock:
    """A block in full, and its logs."""

    raw: Raw
    logs: Logs


@dataclass(frozen=True, slots=True)
class _Unsaid:
    """A token that did not say its decimals: how often, when it is asked again, and what is known of it."""

    times: int
    again: float
    asset: Asset


class Node:
    """Blocks, transfers, assets and prices of one chain."""

    def __init__(
        self, rpc: Rpc, adapter: EvmAdapter, prices: Prices, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rpc, self._adapter, self._prices, self._clock = rpc, adapter, prices, clock
        self._logs = BlockLogs()
        self._known = _listed(rpc.chain)
        self._named = {asset_key(rpc.chain.name, token.address) for token in rpc.chain.tokens}
        self._unsaid: dict[str, _Unsaid] = {}

    @property
    def chain(self) -> Chain:
        """Return the chain."""
        return self._rpc.chain

    @property
    def benched(self) -> Sequence[str]:
        """Return the endpoints that are not believed at present."""
        return self._rpc.benched

    async def view(self) -> View:
        """Return what one endpoint says: what is compared is asked of the same."""
        return await self._rpc.view()

    def others(self, view: View) -> Sequence[View]:
        """Return the other endpoints."""
        return self._rpc.others(view)

    def doubt(self, view: View, reason: str) -> Contradiction:
        """Ask others first for a while.

        Return the error that names the endpoint and what it said.
        """
        seconds = view.bench()
        logger.warning("an endpoint is not believed", endpoint=view.name, reason=reason, seconds=seconds)
        count("NodesDoubted", endpoint=view.name)
        return Contradiction(f"{view.name} contradicts itself: {reason}")

    async def newest(self, view: View) -> int:
        """Return the height of the newest block."""
        found = await view.result("eth_blockNumber")
        try:
            return int(found, 16)
        except (TypeError, ValueError):
            raise self.doubt(view, "its height is no number") from None

    async def blocks(self, view: View, numbers: Sequence[int], full: Sequence[int] = ()) -> list[Raw | None]:
        """Return the headers of blocks, then blocks in full.

        None where the node has none at a height.
        """
        wanted = [(number, False) for number in numbers] + [(number, True) for number in full]
        calls = [Call("eth_getBlockByNumber", (hex(number), whole)) for number, whole in wanted]
        found = await view.batch(calls)
        for (number, whole), answer in zip(wanted, found, strict=True):
            if isinstance(answer, RpcError):
                # Nodes also say by an error that they do not have a block yet.
                raise UpstreamUnavailable(f"{view.name} does not give block {number}: {answer}")
            if answer is not None and (wrong := problem(answer, number, full=whole)):
                raise self.doubt(view, wrong)
        return found

    async def with_logs(self, view: View, blocks: Sequence[Raw]) -> list[ReadBlock]:
        """Return blocks with their logs; UpstreamUnavailable names the block whose logs cannot be believed."""
        try:
            logs = await self._logs.of(blocks, view, self._rpc.others(view))
        except Contradiction as error:
            raise self.doubt(view, error.message) from error
        return [ReadBlock(block, found) for block, found in zip(blocks, logs, strict=True)]

    async def describe(self, keys: set[str]) -> dict[str, Asset]:
        """Return the symbols and decimals of assets, and their good prices.

        UpstreamUnavailable where a contract could not be asked: the block is read again.
        """
        await self._learn(sorted(keys - self._known.keys()))
        found = {key: self._known[key] if key in self._known else self._unsaid[key].asset for key in keys}
        scaled = {key for key, asset in found.items() if asset.decimals is not None}
        quotes = await self._prices.quotes(scaled)
        usd = {key: one.price.usd for key, one in quotes.items() if one.price and one.quality is Quality.GOOD}
        return {key: replace(asset, usd=usd.get(key)) for key, asset in found.items()}

    async def _learn(self, keys: list[str]) -> None:
        """Ask the contracts that the registry does not describe: once, where they say their decimals."""
        now = self._clock()
        asked = [key for key in keys if key not in self._unsaid or self._unsaid[key].again <= now]
        for key, (decimals, symbol) in zip(asked, await self._said(asked), strict=True):
            asset = Asset(symbol, decimals, listed=key in self._named)
            if decimals is not None:
                self._known[key] = asset
                self._unsaid.pop(key, None)
            else:
                times = self._unsaid[key].times if key in self._unsaid else 0
                pause = _UNSAID_SECONDS[min(times, len(_UNSAID_SECONDS) - 1)]
                self._unsaid[key] = _Unsaid(times + 1, now + pause, asset)

    async def _said(self, keys: Sequence[str]) -> list[tuple[int | None, str | None]]:
        """Return the decimals and symbol of tokens, None for what a contract does not say."""
        if not keys:
            return []
        tokens = [split_key(key)[1] for key in keys]
        try:
            reader = await self._adapter.reader()
            replies = await reader.reads([Read(token, said) for token in tokens for said in (_DECIMALS, _SYMBOL)])
        except RpcError as error:
            raise UpstreamUnavailable(f"{self.chain.name} does not say the decimals of tokens: {error}") from error
        return [(answers.decimals(one), answers.symbol(other))
                for one, other in zip(replies[::2], replies[1::2], strict=True)]  # fmt: skip


def _listed(chain: Chain) -> dict[str, Asset]:
    """Return the assets that the registry describes in full: no contract need be asked."""
    native = {asset_key(chain.name): Asset(chain.native.symbol, chain.native.decimals, listed=True)}
    tokens = {
        asset_key(chain.name, token.address): Asset(token.symbol, token.decimals, listed=True)
        for token in chain.tokens
        if token.symbol is not None and token.decimals is not None
    }
    return native | tokens
