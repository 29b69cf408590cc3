"""Views of what refreshes changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from handlers.runtime import Amount, Money, View
from premium.portfolio.shown import MOST_CHANGES
from premium.portfolio.views.changed import Change

After = Annotated[
    UUID | None,
    Query(description="`cursor` of the answer before, or of a message of the stream; without, the newest alone"),
]
ChangesLimit = Annotated[int, Query(ge=1, le=MOST_CHANGES, description="How many refreshes, 1 to 50")]


class AssetChangeView(View):
    """What a wallet has of an asset, before and now."""

    wallet: str = Field(description="Whose", examples=["0x52908400098527886E0F7030069857D2E4169EE7"])
    chain: str = Field(description="The chain's short name", examples=["ethereum"])
    asset: str = Field(description="`chain:address`", examples=["ethereum:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"])
    symbol: str = Field(description="What the contract calls itself", examples=["USDC"])
    units_before: str = Field(description="Base units", examples=["0"])
    units_after: str = Field(description="Base units", examples=["2500000000"])
    amount: Amount | None
    """The change in whole units, signed; null where the contract tells no scale."""
    price_usd: Money | None
    """Of one unit, at the refresh."""


class ChainChangeView(View):
    """How a chain is read now, where that changed."""

    chain: str = Field(description="Its short name", examples=["ethereum"])
    status: str = Field(description="`fresh`, `stale` or `unavailable`", examples=["stale"])
    reason: str | None = Field(description="Why it could not be read", examples=["the node does not answer"])


class ChangeView(View):
    """A refresh, and what it changed."""

    snapshot_id: UUID
    """The snapshot's id."""
    at: datetime
    """When it was taken."""
    total_value_usd: Money
    """Its total."""
    change_usd: Money | None
    """Against the one before; null of the first."""
    changes: list[AssetChangeView]
    """Amounts that changed."""
    chains: list[ChainChangeView]
    """Chains whose reading changed."""

    @classmethod
    def of(cls, change: Change) -> Self:
        """Return the view of a change."""
        assets = [
            AssetChangeView(
                wallet=each.wallet, chain=each.chain, asset=each.asset, symbol=each.symbol, amount=each.amount,
                units_before=str(each.before), units_after=str(each.after), price_usd=each.price_usd,
            )
            for each in change.assets
        ]  # fmt: skip
        return cls(
            snapshot_id=change.snapshot_id, at=change.at, total_value_usd=change.total_value,
            change_usd=change.value_change, changes=assets,
            chains=[ChainChangeView(**each._asdict()) for each in change.chains],
        )  # fmt: skip


class ChangesView(View):
    """What refreshes changed, oldest first."""

    items: list[ChangeView]
    """One for each refresh."""
    cursor: UUID | None
    """From where to ask for what comes next; null before the first refresh."""
    more: bool
    """Whether there is more already."""

    @classmethod
    def of(cls, found: Sequence[Change], *, more: bool, after: UUID | None) -> Self:
        """Return the view of changes after a cursor."""
        cursor = found[-1].snapshot_id if found else after
        return cls(items=[ChangeView.of(each) for each in found], cursor=cursor, more=more)
