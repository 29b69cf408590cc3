"""The answer of the route of chains."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import datetime
from typing import TYPE_CHECKING, Self

from pydantic import Field

from handlers.runtime import View
from premium.chains.model import ChainKind

if TYPE_CHECKING:
    from premium.alerts.model import NewestBlock
    from premium.chains.model import Chain
    from premium.chains.registry import Registry


class NewestBlockView(View):
    """The newest block whose transfers and gas became events."""

    number: int = Field(description="Its height", examples=[19000000])
    time: datetime | None = Field(description="The block's own time")
    age_seconds: int | None = Field(description="How long ago that was, as of this answer", examples=[12])


class ChainSummaryView(View):
    """A chain, and what this stage reads of it."""

    name: str = Field(description="The short name that requests and answers use", examples=["ethereum"])
    title: str = Field(description="Its name for people", examples=["Ethereum"])
    kind: ChainKind = Field(description="How it is read, and whose addresses it has", examples=["evm"])
    chain_id: int | None = Field(description="EIP-155; null for a chain of another kind", examples=[1])
    native_symbol: str = Field(description="The symbol of its own coin", examples=["ETH"])
    balances: bool = Field(description="Its balances are read: wallets may name it")
    events: bool = Field(description="Its blocks are read: rules on its transfers and gas fire")
    newest_block: NewestBlockView | None = Field(description="Null where no block of it has been read for events")


class ChainsView(View):
    """Every chain that is known here; those that are read come first."""

    chains: list[ChainSummaryView] = Field(description="First those whose blocks are read, then balances, then others")

    @classmethod
    def of(cls, registry: Registry, watched: Set[str], newest: Mapping[str, NewestBlock], now: datetime) -> Self:
        """Return the view of a registry, with what is read of it."""
        active = {chain.name for chain in registry.active}
        views = [_view(chain, chain.name in active, chain.name in watched, newest.get(chain.name), now)
                 for chain in registry]  # fmt: skip
        return cls(chains=sorted(views, key=lambda view: (not view.events, not view.balances, view.name)))


def _view(chain: Chain, balances: bool, events: bool, block: NewestBlock | None, now: datetime) -> ChainSummaryView:
    return ChainSummaryView(
        name=chain.name, title=chain.title, kind=chain.kind, chain_id=chain.chain_id or None,
        native_symbol=chain.native.symbol, balances=balances, events=events,
        newest_block=_block(block, now) if block else None,
    )  # fmt: skip


def _block(block: NewestBlock, now: datetime) -> NewestBlockView:
    age = None if block.time is None else max(0, round((now - block.time).total_seconds()))
    return NewestBlockView(number=block.number, time=block.time, age_seconds=age)
