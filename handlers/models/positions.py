"""Views of positions, and of the lines that a figure is the sum of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from handlers.runtime import Amount, Money, Position, View
from premium.errors import InvalidInput
from premium.money import ZERO
from premium.portfolio.model import Finding, Leg
from premium.portfolio.model import Position as Row

ASSET = "ethereum:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"


OfKind = Annotated[
    Literal[
        "v2_lp", "v3_position", "v4_position", "weighted_lp", "stable_lp", "vault", "aave_v2", "aave_v3", "compound_v2",
        "compound_v3", "staked", "withdrawals", "lock", "gauge", "stream", "vesting_wallet", "stake", "immature",
        "unconfirmed", "unknown",
    ] | None,
    Query(description="Only positions of this kind"),
]  # fmt: skip
OfProtocol = Annotated[
    str | None, Query(min_length=1, max_length=64, description="Only this protocol's", examples=["aave-v3"])
]


OfFigure = Annotated[Literal["total", "asset", "position", "flow"], Query(description="What is to be explained")]
OfFigurePart = Annotated[
    str | None,
    Query(
        alias="id",
        min_length=1,
        max_length=200,
        description="The asset (`chain:address`), the position's or flow's id",
        examples=[ASSET],
    ),
]
OfSnapshot = Annotated[
    UUID | None, Query(description="Of the total as it was at a snapshot (`snapshotId`), by what wallets held then")
]


def check_figure(figure: str, part: str | None, snapshot: UUID | None) -> None:
    """Refuse a figure without its name, or with what it cannot have."""
    if figure == "total" and part is not None:
        raise InvalidInput.about("id", "names an asset, a position or a flow: the total has none")
    if figure != "total" and part is None:
        raise InvalidInput.about("id", f"is required where {figure} is to be explained")
    if figure != "total" and snapshot is not None:
        raise InvalidInput.about("snapshot", "is of the total alone")


def id_of(part: str | None) -> UUID:
    """Return a position's id; InvalidInput for what is none."""
    try:
        return UUID(part or "")
    except ValueError:
        raise InvalidInput.about("id", "is a position's id: GET /v1/portfolio/positions lists them") from None


class PositionPlace(Position):
    """The last position of a page."""

    value: Decimal
    id: UUID


class LegView(View):
    """An amount of an asset in a position."""

    asset: str = Field(description="`chain:address`; the native coin under the zero address", examples=[ASSET])
    units: str = Field(description="Base units, exact", examples=["2500000000"])
    state: Literal["free", "locked", "claimable"] = Field(
        description="Paid by leaving; not paid yet; earned beside it", examples=["free"]
    )
    path: tuple[str, ...] = Field(description="The shares that were opened on the way to it", examples=[[ASSET]])

    @classmethod
    def of(cls, leg: Leg) -> Self:
        """Return the view of a leg."""
        return cls(asset=leg.asset, units=str(leg.units), state=leg.state, path=leg.path)


class PositionFindingView(View):
    """Something that the position's owner should know."""

    code: str = Field(description="What it is", examples=["health_factor"])
    text: str = Field(description="In words", examples=["health factor 1.04: it is liquidated below 1"])

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """Return the view of a finding."""
        return cls(code=finding.code, text=finding.text)


class PositionView(View):
    """What a protocol holds for a wallet, and what the wallet owes it."""

    id: UUID
    """The position's id; it stays the same while the position is there."""
    chain: str = Field(description="The chain's short name", examples=["ethereum"])
    wallet: str = Field(description="Whose it is", examples=["0x52908400098527886E0F7030069857D2E4169EE7"])
    protocol: str = Field(description="The protocol; `unknown` where no module knows it", examples=["aave-v3"])
    kind: str = Field(description="What kind of position it is", examples=["aave_v3"])
    name: str = Field(
        description="What tells it from others: a contract, an NFT's number",
        examples=["0x87870Bca3F3fD6335C3F4ce8392D69350B4fA4E2"],
    )
    value_usd: Money
    """What counts of it less its debts; below zero where more is owed."""
    debts_usd: Money
    """What is owed."""
    locked_usd: Money
    """What cannot be withdrawn yet."""
    claimable_usd: Money
    """What is earned and may be claimed."""
    assets: list[LegView]
    """What leaving pays at the block, to the base unit; shares of shares are opened."""
    debts: list[LegView]
    """What is owed, with interest to the block."""
    receipts: tuple[str, ...] = Field(
        description="Assets of the wallet that the position explains: they are not counted again", examples=[[ASSET]]
    )
    facts: dict[str, str] = Field(
        description="What its protocol says of it", examples=[{"health_factor": "1.84", "efficiency_mode": "0"}]
    )
    locked_until: datetime | None
    """When the lock ends; null: there is none, or no time is known."""
    counted: bool
    """Whether its protocol is known: what is not counts nothing."""
    findings: list[PositionFindingView]
    """What its owner should know."""
    block: int = Field(description="The block at which it was read", examples=[19000000])
    as_of: datetime
    """When it was read."""
    is_stale: bool
    """It was read at an earlier refresh than the newest."""

    @classmethod
    def of(cls, row: Row) -> Self:
        """Return the view of a position."""
        found = row.found
        return cls(
            **{name: getattr(found, name) for name in ("chain", "wallet", "protocol", "kind", "name", "receipts")},
            **{name: getattr(row, name) for name in ("id", "value_usd", "debts_usd", "locked_usd", "claimable_usd")},
            assets=[LegView.of(leg) for leg in found.assets],
            debts=[LegView.of(leg) for leg in found.debts],
            findings=[PositionFindingView.of(finding) for finding in found.findings],
            facts=dict(found.facts), locked_until=found.locked_until, counted=found.is_counted, block=found.block,
            as_of=row.as_of, is_stale=row.is_stale,
        )  # fmt: skip


class LineView(View):
    """One asset of a figure: units, price, and what counts of it."""

    wallet: str = Field(description="Whose", examples=["0x52908400098527886E0F7030069857D2E4169EE7"])
    chain: str = Field(description="On which chain", examples=["ethereum"])
    asset: str = Field(description="Of what", examples=[ASSET])
    position: str | None = Field(description="In which position", examples=["0x52…9EE7/ethereum/aave-v3"])
    role: Literal["held", "asset", "debt"] = Field(
        description="Held by the wallet, or a part of a position", examples=["asset"]
    )
    state: str | None = Field(default=None, description="Locked or claimable; null: neither", examples=["locked"])
    units: str = Field(description="Base units; of a debt below zero", examples=["-2500000000"])
    decimals: int | None = Field(description="Null where the contract tells no scale", examples=[6])
    amount: Amount | None
    """Whole units."""
    price_usd: Money | None
    """Of a whole unit; null where there is none."""
    source: str | None = Field(description="Who says the price", examples=["defillama"])
    price_at: str | None = Field(description="When the price was said", examples=["2026-11-30T10:00:00Z"])
    quality: str = Field(description="How far the price may be trusted", examples=["good"])
    value_usd: Money | None
    """Of a debt below zero; the counted ones add up to the figure."""
    counted: bool
    """Whether it enters the figure."""
    why: str | None = Field(description="Why it does not, or only in part", examples=["receipt"])
    as_of: datetime | None
    """When its chain was read."""
    block: int | None = Field(description="At which block; null: not known", examples=[19000000])

    @classmethod
    def of(cls, line: Mapping[str, Any], block: int | None) -> Self:
        """Return the view of a line of the totals."""
        names = ("wallet", "chain", "asset", "position", "role", "units", "decimals", "source", "quality", "counted",
                 "why", "as_of")  # fmt: skip
        money = {name: _decimal(line.get(name)) for name in ("amount", "price_usd", "value_usd")}
        at = line.get("price_at")
        told = {"state": line.get("state"), "price_at": None if at is None else str(at)}
        return cls(**{name: line.get(name) for name in names}, **money, **told, block=block)


class ExplanationView(View):
    """A figure, and the lines that it is the sum of."""

    figure: str = Field(description="What is explained", examples=["position"])
    id: UUID | None
    """The position's or flow's id; null for the total and an asset."""
    asset: str | None = Field(default=None, description="The asset that is explained", examples=[ASSET])
    snapshot_id: UUID | None = Field(default=None, description="The past snapshot whose total it is")
    value_usd: Money
    """The sum of the counted lines' `valueUsd`, and of `unlistedUsd`."""
    unlisted_usd: Money = Field(
        default=ZERO, description="Of a past total: what positions were worth then, of which the sum alone is kept"
    )
    lines: list[LineView]
    """All that was looked at; those that are not counted say why."""

    @classmethod
    def of_position(cls, row: Row) -> Self:
        """Return the view of a position's lines: all of them are of its block."""
        lines = [LineView.of(line, row.found.block) for line in row.lines]
        return cls(figure="position", id=row.id, value_usd=row.value_usd, lines=lines)

    @classmethod
    def of_lines(
        cls,
        figure: str,
        part: str | None,
        usd: Decimal,
        lines: Sequence[tuple[Mapping[str, Any], int | None]],
        *,
        unlisted: Decimal = ZERO,
        snapshot: UUID | None = None,
    ) -> Self:
        """Return the view of a figure's lines, each with its block."""
        views = [LineView.of(line, block) for line, block in lines]
        named = {"asset": part, "id": None} if figure == "asset" else {"id": None if part is None else UUID(part)}
        return cls(figure=figure, snapshot_id=snapshot, value_usd=usd, unlisted_usd=unlisted, lines=views, **named)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
