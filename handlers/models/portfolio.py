"""Requests and answers of the portfolio's routes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator, model_validator
from pydantic_core import PydanticCustomError

from handlers.runtime import Amount, Body, Money, Position, View, Visible
from premium.chains.model import ChainKind
from premium.portfolio.flow_model import FlowKind, FlowRow
from premium.portfolio.model import Interval, Point, Wallet
from premium.portfolio.service import AskedKey
from premium.refusals import NOT_REPEATED


def _quietly(given: object, checked: ValidatorFunctionWrapHandler) -> object:
    """Refuse without repeating what was given: people paste keys by mistake."""
    try:
        return checked(given)
    except ValidationError:
        raise PydanticCustomError(NOT_REPEATED, "must be a text of 1 to 4,096 characters") from None


_Quiet = Annotated[str, Field(min_length=1, max_length=4_096), WrapValidator(_quietly)]
GAP_LIMIT = 20


class NewWallet(Body):
    """A wallet to watch: one of `address`, `xpub` and `descriptor`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "address": "0x52908400098527886E0F7030069857D2E4169EE7",
                    "label": "Cold storage",
                    "chains": ["ethereum", "base"],
                }
            ]
        }
    )

    address: _Quiet | None = Field(
        default=None,
        description="Of an EVM chain (a mixed-case one must fit EIP-55), or a name of ENS (`name.eth`) that has one; of"
        " Solana, of Bitcoin or a chain like it; or else `xpub` or `descriptor`",
        examples=["0x52908400098527886E0F7030069857D2E4169EE7"],
    )
    xpub: _Quiet | None = Field(
        default=None,
        description="An extended public key of Bitcoin's kind (xpub, ypub, zpub, …): its receiving and change addresses"
        " are watched, those of a bare xpub under all script types. It is encrypted, and shown nowhere",
        examples=["xpub6CUGRUonZSQ4…"],
    )
    descriptor: _Quiet | None = Field(
        default=None,
        description="A descriptor of public keys (BIP-380), instead of an extended key",
        examples=["wpkh(xpub6CUGRUonZSQ4…/0/*)"],
    )
    gap_limit: int | None = Field(
        default=None,
        ge=1,
        le=1_000,
        description="Of a key: after so many unused addresses in a row none is looked at; 20 where it is left out",
        examples=[20],
    )
    label: Annotated[str, Visible] | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        pattern=r"^\S(.*\S)?$",
        description="The user's own name for it",
        examples=["Cold storage"],
    )
    chains: tuple[Annotated[str, Field(max_length=64)], ...] = Field(
        default=(),
        max_length=200,
        description="Short names of chains that are read here (GET /v1/chains); empty: all",
        examples=[["ethereum", "base"]],
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [name for name in ("address", "xpub", "descriptor") if getattr(self, name) is not None]
        if len(given) != 1:
            raise PydanticCustomError("one_of", "one of address, xpub and descriptor is needed", {"field": "address"})
        if self.gap_limit is not None and given == ["address"]:
            raise PydanticCustomError("one_of", "is a key's: an address is one alone", {"field": "gapLimit"})
        return self

    @property
    def key(self) -> AskedKey | None:
        """The key that is to be watched; None for an address."""
        limit = self.gap_limit or GAP_LIMIT
        if self.xpub is not None:
            return AskedKey("xpub", self.xpub, limit)
        return None if self.descriptor is None else AskedKey("descriptor", self.descriptor, limit)


class ChangedWallet(Body):
    """Another label and other chains for a watched wallet.

    What is left out is empty, but a key's gap limit.
    """

    label: Annotated[str, Visible] | None = Field(
        default=None, min_length=1, max_length=100, pattern=r"^\S(.*\S)?$", description="The user's own name for it",
        examples=["Cold storage"],
    )  # fmt: skip
    chains: tuple[Annotated[str, Field(max_length=64)], ...] = Field(
        default=(), max_length=200, description="Short names of chains that are read here; empty: all",
        examples=[["ethereum"]],
    )  # fmt: skip
    gap_limit: int | None = Field(
        default=None, ge=1, le=1_000, examples=[100],
        description="Of a key: after so many unused addresses in a row none is looked at; left out: as it was",
    )  # fmt: skip


class RefreshPart(Body):
    """What a refresh reads; where it is empty all.

    The chains of these wallets, or these chains, or those that are both.
    """

    wallets: tuple[UUID, ...] = Field(
        default=(), max_length=500, description="Ids of wallets; on their chains all wallets are read, at one block",
        examples=[["5f0c6a52-0a3e-4c58-9a52-3f1f3a1d2b11"]],
    )  # fmt: skip
    chains: tuple[Annotated[str, Field(max_length=64)], ...] = Field(
        default=(), max_length=200, description="Short names of chains; the others keep what is known of them",
        examples=[["ethereum"]],
    )  # fmt: skip

    @property
    def is_whole(self) -> bool:
        """Whether everything is to be read."""
        return not self.wallets and not self.chains


class WalletPosition(Position):
    """The last wallet of a page."""

    created_at: datetime
    id: UUID


class WalletView(View):
    """A watched wallet."""

    id: UUID
    """The wallet's id."""
    address: str = Field(
        description="As its chain writes it; of a key a name that does not tell it",
        examples=["0x52908400098527886E0F7030069857D2E4169EE7"],
    )
    kind: ChainKind = Field(description="Whose chains it can be on", examples=["evm"])
    form: str = Field(description="`address`, or which key it is: `zpub`, `descriptor`", examples=["address"])
    gap_limit: int | None = Field(description="Of a key; null for an address", examples=[20])
    label: str | None = Field(description="The user's own name for it", examples=["Cold storage"])
    name: str | None = Field(description="The name of ENS by which it was added", examples=["vitalik.eth"])
    name_address: str | None = Field(
        description="What the name gives now, looked up daily: where it is another address than the wallet's, or none,"
        " the name went elsewhere, and the wallet stays what it is",
        examples=["0x52908400098527886E0F7030069857D2E4169EE7"],
    )
    name_checked_at: datetime | None
    """When the name was last looked up."""
    chains: tuple[str, ...] = Field(
        description="Short names; empty: every chain on which it can be", examples=[["ethereum", "base"]]
    )
    created_at: datetime
    """Since when it is watched."""

    @classmethod
    def of(cls, wallet: Wallet) -> Self:
        """Return the view of a wallet."""
        told = wallet.model_dump(exclude={"sealed_key"})
        return cls(**told | {"form": wallet.form.partition("/")[0]})


class PointView(View):
    """The value at the end of an interval, and its extremes."""

    at: datetime
    """The end of the interval."""
    value_usd: Money
    """The last snapshot's value in it."""
    lowest_usd: Money
    """The lowest snapshot's."""
    highest_usd: Money
    """The highest snapshot's."""
    basis: Literal["read", "rebuilt"] = Field(
        description="Read then, or rebuilt afterwards of the chain's word and past prices", examples=["read"]
    )
    parts: dict[str, Money] | None = Field(
        default=None, description="USD by part, of a split; null without one, or where the day has no close yet"
    )


class HistoryView(View):
    """The portfolio's value over time, oldest first.

    It has one point for each interval in which there was a snapshot.
    """

    interval: Interval
    """How long an interval is."""
    points: list[PointView]
    """One for each interval in which there was a snapshot."""

    @classmethod
    def of(cls, interval: Interval, points: Sequence[Point]) -> Self:
        """Return the view of points of one interval."""
        views = [
            PointView(
                at=p.at, value_usd=p.value, lowest_usd=p.lowest, highest_usd=p.highest, parts=p.parts, basis=p.basis
            )
            for p in points
        ]
        return cls(interval=interval, points=views)


class FlowPosition(Position):
    """The last flow of a page."""

    at: datetime
    id: UUID


class CorrectFlow(Body):
    """The user's word for what a flow was."""

    kind: FlowKind = Field(description="What it was", examples=["airdrop"])


class FlowView(View):
    """What came to a wallet, left it, or was done there."""

    id: UUID
    """The flow's id."""
    wallet: str = Field(description="Whose", examples=["0x52908400098527886E0F7030069857D2E4169EE7"])
    chain: str = Field(description="The chain's short name", examples=["ethereum"])
    tx: str = Field(
        description="Its transaction; `block:…` where none explains it, `counted:…` where something begins or ends to"
        " be counted",
        examples=["0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060"],
    )
    index: int = Field(description="Of its log; below zero for gas, coin and what no log tells", examples=[12])
    asset: str = Field(description="`chain:address`", examples=["ethereum:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"])
    amount: Amount | None
    """Whole units, signed; null where the contract tells no scale."""
    kind: FlowKind = Field(description="What it is, by the user's word where there is one", examples=["deposit"])
    corrected: bool
    """Whether the user said so."""
    usd: Money | None
    """Signed, by the price when it was first seen; null without one."""
    block: int = Field(description="The block in which it happened", examples=[19000000])
    at: datetime
    """When it happened."""

    @classmethod
    def of(cls, row: FlowRow) -> Self:
        """Return the view of a flow."""
        told = row.model_dump(include={"wallet", "chain", "tx", "asset", "usd", "block", "at"})
        is_corrected = row.corrected is not None
        return cls(id=row.id, index=row.place, amount=row.amount, kind=row.corrected or row.kind,
                   corrected=is_corrected, **told)  # fmt: skip
