"""Views of profit, returns and risk."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from handlers.runtime import Moment, Money, Ratio, View
from premium.errors import InvalidInput
from premium.portfolio.service import Measured, Part, Performance

Statistics = dict[str, float | None]
Scope = Literal["all", "wallet", "chain", "asset", "position"]
Period = Annotated[Literal["24h", "7d", "30d", "90d", "1y", "all"], Query(description="Back from now")]
Window = Annotated[
    Literal["24h", "7d", "30d", "90d", "1y", "all"] | None, Query(description="The same as `period`, and before it")
]
Since = Annotated[Moment | None, Query(alias="from", description="From here on; without, 30 days before `to`")]
Until = Annotated[Moment | None, Query(alias="to", description="To here; now without")]
Split = Annotated[
    Literal["wallet", "chain", "asset", "category"] | None, Query(description="Into what each day or week is split")
]
TimeZone = Annotated[
    str | None,
    Query(
        alias="timeZone",
        min_length=1,
        max_length=64,
        description="Whose days and weeks, an IANA name; UTC without",
        examples=["Europe/Berlin"],
    ),
]
OfScope = Annotated[Scope, Query(description="What is measured: the whole, or its parts")]
OfPart = Annotated[
    str | None,
    Query(
        alias="id",
        min_length=1,
        max_length=200,
        description="Which part of the scope: an address, a chain, an asset (`chain:address`) or a position's id",
        examples=["ethereum"],
    ),
]
Benchmark = Annotated[
    str | None,
    Query(
        max_length=200,
        pattern=r"^[A-Za-z0-9_-]{1,64}:[^\s:]{1,130}$",
        description="An asset to compare with, `chain:address`, of which prices are stored",
        examples=["ethereum:0x0000000000000000000000000000000000000000"],
    ),
]
Basis = Annotated[
    Literal["fifo", "lifo", "hifo", "average"], Query(description="Which lot is given away first, for `pnl.realised`")
]


def part_of(scope: Scope, part: str | None) -> str | None:
    """Return the part that is asked for; InvalidInput for one of no scope."""
    if scope == "all" and part is not None:
        raise InvalidInput.about("id", "names a part of a `scope`: wallet, chain, asset or position")
    return part


class GapView(View):
    """A time that counts for no return."""

    start: datetime
    """When it begins."""
    end: datetime
    """When it ends."""
    why: str = Field(
        description="`no_value`: a price is missing; `tiny_base`: too little was there; `resized`: the position itself"
        " was changed; `not_rebuilt`: before the first snapshot, `of` says what",
        examples=["no_value"],
    )
    of: str | None = Field(
        default=None,
        description="Of `not_rebuilt`: wallet/chain or wallet/chain/asset, and why (`open`: it does not close)",
        examples=["0x81d4dc9643C2518Ca2C3A4A5D17884b6452BCa9f/local: position"],
    )


class ProfitView(View):
    """What the profit consists of.

    `profit` = realised + unrealised + income - costs.
    """

    realised: Money | None
    """Of what was given away, by lots; null while they are being counted."""
    unrealised: Money | None
    """Of what is held, and of what has no basis."""
    income: Money
    """What grew without a transfer, as by rebases."""
    costs: Money
    """Gas and fees."""


class BenchmarkView(View):
    """An asset over the same days."""

    asset: str = Field(description="`chain:address`", examples=["ethereum:0x0000000000000000000000000000000000000000"])
    total_return: Ratio | None
    """What it became; null where prices are missing."""
    alpha: Ratio | None
    """The mean daily return that it does not explain, over a year; null under 30 days."""
    beta: Ratio | None
    """How far the returns go with its own."""


class MeasuredSpanView(View):
    """What the figures rest on."""

    basis: Literal["measured", "rebuilt"] = Field(
        description="Measured: by snapshots and booked flows; rebuilt: also by days before the first snapshot",
        examples=["measured"],
    )
    rebuilt_until: datetime | None = Field(
        default=None, description="Values up to then were rebuilt of the chain's word and past prices; null: none"
    )
    values: int = Field(description="Good values in the time", examples=[720])
    doubtful: int = Field(description="Values that missed a price, which end no interval", examples=[0])


class FiguresView(View):
    """Profit and returns of a time.

    Ratios are fractions: 0.05 is 5 %.
    """

    start: datetime
    """The first value of the time."""
    end: datetime
    """The last."""
    start_value: Money
    """USD at the start."""
    end_value: Money
    """USD at the end."""
    net_flow: Money
    """USD put in less what was taken out."""
    profit: Money
    """`endValue` - `startValue` - `netFlow`."""
    roi: Ratio | None
    """Profit by the capital at work; null without any."""
    time_weighted_return: Ratio | None
    """Independent of when money came and went."""
    money_weighted_return: Ratio | None
    """The internal rate of return, a year, from 30 days on; of several the one nearest 0."""
    apy: Ratio | None
    """The time-weighted return over a year; null under 30 days."""
    max_drawdown: Ratio
    """The deepest fall from a high of the linked daily returns: -1 to 0."""
    volatility: Ratio | None
    """Of simple daily returns, scaled to a year; null under 30 days."""
    sharpe: Ratio | None
    """Mean over deviation of the daily returns, a year; null under 30 days."""
    sortino: Ratio | None
    """The same over the deviation of losses."""
    unique: bool
    """Whether there is only one money-weighted rate."""
    income: Money
    """What grew without a transfer, as by rebases; part of the profit."""
    costs: Money
    """Gas and fees; the profit is after them."""
    unexplained: Money
    """What came or went by nothing that the chain says: neither profit nor deposit."""
    pnl: ProfitView
    """What the profit consists of."""
    flows: dict[str, Money]
    """USD by kind of flow, signed."""
    method: Literal["exact", "linked_dietz"] = Field(
        description="Exact: each flow has a value just before it; else flows are weighted by time between two values",
        examples=["linked_dietz"],
    )
    days: str = Field(description="How long the time is", examples=["29.95833333"])
    coverage: MeasuredSpanView
    """What the figures rest on."""
    benchmark: BenchmarkView | None
    """The asset that was asked for; null without."""
    gaps: list[GapView]
    """Times that count for no return."""
    why: dict[str, str]
    """By figure why it is null."""

    @staticmethod
    def told(figures: Performance) -> dict[str, object]:
        """Return the fields of measured figures."""
        told = figures.model_dump(exclude={"values", "doubtful", "days", "why", "rebuilt_until"})
        basis = "rebuilt" if figures.rebuilt_until else "measured"
        coverage = {"basis": basis, "rebuilt_until": figures.rebuilt_until, "values": figures.values,
                    "doubtful": figures.doubtful}  # fmt: skip
        why = {_camel(name): reason for name, reason in figures.why.items()}
        return told | {"coverage": coverage, "days": f"{figures.days:f}", "why": why}


class PartFiguresView(FiguresView):
    """A wallet, chain, asset or position as it did."""

    key: str = Field(description="Which one", examples=["ethereum"])

    @classmethod
    def of(cls, part: Part) -> Self:
        """Return the view of a part."""
        return cls.model_validate({"key": part.key} | cls.told(part.figures))


class PerformanceView(FiguresView):
    """Profit and returns, of the whole or of one part."""

    scope: Literal["all", "wallet", "chain", "asset", "position"] = Field(
        description="What was measured", examples=["all"]
    )
    parts: list[PartFiguresView]
    """Of the scope, the most valuable first: by the days' closes and the newest refresh."""
    parts_left_out: int = Field(description="Further parts, each measured where its `id` is given", examples=[0])
    statistics: Statistics | None
    """All figures of the window's daily returns (docs/returns.md); null for `from` and `to`, and before a day ended."""
    statistics_at: datetime | None
    """To when these are."""

    @classmethod
    def of_measured(cls, measured: Measured, scope: str) -> Self:
        """Return the view of what was measured."""
        named = measured.statistics
        statistics = None if named is None else {_camel(name): value for name, value in named.items()}
        return cls.model_validate(
            cls.told(measured.figures)
            | {
                "scope": scope,
                "parts": [PartFiguresView.of(part) for part in measured.parts],
                "parts_left_out": measured.left_out,
                "statistics": statistics,
                "statistics_at": measured.statistics_at,
            }
        )


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
