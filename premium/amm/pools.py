"""The fields by which files state pools, and their kinds."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from premium.case_fields import Decimals, Name, Units
from premium.cases import Case

_MOST_TOKENS = 50


class V2Pool(Case):
    """Two reserves whose product a trade keeps."""

    id: str | None = None
    kind: Literal["v2"] = "v2"
    token0: Name
    token1: Name
    reserve0: Units
    reserve1: Units
    fee_ppm: Units = 3000

    @model_validator(mode="after")
    def _differ(self) -> V2Pool:
        if self.token0 == self.token1:
            raise ValueError("token1 is token0")
        return self


class V3Pool(BaseModel):
    """Liquidity by ranges of prices; it has positions, not shares."""

    model_config = ConfigDict(frozen=True, extra="allow")


class SolidlyPool(Case):
    """A pair of Solidly's family, stable or volatile."""

    id: str | None = None
    kind: Literal["stable"] = "stable"
    variant: Literal["solidly"]
    token0: Name
    token1: Name
    reserve0: Units
    reserve1: Units
    decimals0: Decimals | None = None
    decimals1: Decimals | None = None
    fee_ppm: Units | None = None

    @model_validator(mode="after")
    def _differ(self) -> SolidlyPool:
        if self.token0 == self.token1:
            raise ValueError("token1 is token0")
        return self


class _Listed(Case):
    id: str | None = None
    token0: Name | None = None
    token1: Name | None = None
    tokens: Annotated[tuple[Name, ...], Field(min_length=2, max_length=_MOST_TOKENS)]
    balances: tuple[Units, ...]
    fee: Units | None = None

    @model_validator(mode="after")
    def _alike(self) -> _Listed:
        if len(set(self.tokens)) < len(self.tokens):
            raise ValueError("tokens: one stands there twice")
        for name in ("balances", "rates", "weights", "scaling"):
            row = getattr(self, name, None)
            if row is not None and len(row) != len(self.tokens):
                raise ValueError(f"{name} has {len(row)} entries, tokens {len(self.tokens)}")
        return self


class StablePool(_Listed):
    """Coins of Curve, or of a Balancer pool of like assets; `rates` carry 18 digits."""

    kind: Literal["stable"] = "stable"
    variant: Literal["curve", "curve_ng", "curve_crypto", "balancer"] = "curve"
    rates: tuple[Units, ...] | None = None
    amp: Units | None = None
    amp_precision: Units = 100
    offpeg_multiplier: Units | None = None
    gamma: Units | None = None
    d: Units | None = None
    price_scale: Units | tuple[Units, ...] | None = None


class WeightedPool(_Listed):
    """Tokens of a Balancer pool by weights; `weights` and `scaling` carry 18 digits."""

    kind: Literal["weighted"] = "weighted"
    weights: tuple[Units, ...] | None = None
    scaling: tuple[Units, ...] | None = None


def _kind(given: Any) -> str | None:
    """Return the tag of a pool by its kind, else by its fields."""
    if not isinstance(given, dict):
        return "v2"  # whose reader says that it must be an object
    told = given.get("kind")
    if told is None:
        marks = (("variant", "stable"), ("weights", "weighted"), ("sqrt_price_x96", "v3"), ("reserve0", "v2"),
                 ("amp", "stable"), ("rates", "stable"), ("balances", "stable"))  # fmt: skip
        told = next((kind for field, kind in marks if field in given), None)
    if told == "stable" and given.get("variant") == "solidly":
        return "solidly"
    return told if told in ("v2", "v3", "stable", "weighted") else None


Pool = Annotated[
    Annotated[V2Pool, Tag("v2")]
    | Annotated[V3Pool, Tag("v3")]
    | Annotated[SolidlyPool, Tag("solidly")]
    | Annotated[StablePool, Tag("stable")]
    | Annotated[WeightedPool, Tag("weighted")],
    Discriminator(_kind),
]
"""A pool of any kind."""
