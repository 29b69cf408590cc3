"""What a case of `reconcile` states: its fields and bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from premium.case_fields import At, Count, Decimals, Name, Price, Units
from premium.cases import Case, Fraction

_MOST = 1_000_000

By = Literal["log", "coin", "internal"]
Address = Annotated[str, Field(pattern="^0x[0-9a-fA-F]{40}$")]
Topic = Annotated[str, Field(pattern="^0x[0-9a-fA-F]{64}$")]


class Reading(Case):
    """What a wallet held of an asset at the end of a block."""

    wallet: Name
    asset: Name
    units: Units
    block: Count | None = None


class Transfer(Case):
    """A movement that a log, a transaction's coin, or a trace tells of."""

    index: Count | None = None
    asset: Name
    source: Name = Field(alias="from")
    target: Name = Field(alias="to")
    units: Units
    by: By = "log"


class Event(Case):
    """A log of a transaction, as a receipt has it."""

    index: Count | None = None
    address: Address
    topics: Annotated[tuple[Topic, ...], Field(max_length=4)]
    data: Annotated[str, Field(max_length=100_002, pattern="^0x([0-9a-fA-F]{2})*$")] = "0x"


class Transaction(Case):
    """A transaction that touched a wallet.

    Gas in base units of the coin, rollup fees included.
    """

    tx: Name
    block: Count | None = None
    at: At | None = None
    sender: Name | None = None
    gas_paid: Units | None = None
    transfers: Annotated[tuple[Transfer, ...], Field(max_length=_MOST)] = ()
    events: Annotated[tuple[Event, ...], Field(max_length=_MOST)] = ()
    """Logs by which liquidations, fees and airdrops are known; others say nothing."""


class PriceAt(Case):
    """A price, and since when it holds."""

    asset: Name
    usd: Price
    at: At | None = None
    source: str | None = None
    confidence: Fraction | None = None
    depth_usd: Price | None = None
    heartbeat_seconds: Count | None = None


def _listed(value: object) -> object:
    """Take {asset: usd}, too."""
    return [{"asset": asset, "usd": usd} for asset, usd in value.items()] if isinstance(value, dict) else value


class Reconcile(Case):
    """Two readings of wallets, and what happened between them."""

    wallets: Annotated[list[Name], Field(max_length=_MOST)]
    opening: Annotated[list[Reading], Field(max_length=_MOST)]
    closing: Annotated[list[Reading], Field(max_length=_MOST)]
    transactions: Annotated[list[Transaction], Field(max_length=_MOST)]
    rebasing: Annotated[tuple[Name, ...], Field(max_length=_MOST)] = ()
    prices: Annotated[tuple[PriceAt, ...], BeforeValidator(_listed), Field(max_length=_MOST)] = ()
    token_decimals: Mapping[Name, Decimals] = Field(default_factory=dict)
    coin: Name | None = None
    """The asset in which gas is paid, where no transfer by coin names it."""
