"""How a chain prices gas, as data: its fee model, and what changed when."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Fork = Literal["cancun", "prague", "osaka", "bpo1", "bpo2"]
"""Forks of Ethereum that set blob parameters."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BaseFeeParameters(_Data):
    """What decides the base fee of the next block."""

    elasticity: int = Field(default=2, ge=1, le=1_000)
    denominator: int = Field(default=8, ge=1, le=1_000_000)
    floor: int = Field(default=0, ge=0)
    """Wei."""


class BaseFeeChange(BaseFeeParameters):
    """Parameters that hold since a time."""

    since: int = Field(ge=0)
    """Seconds since 1970, of the first block that follows them."""


class BlobFork(_Data):
    """A fork whose blob parameters hold since a time."""

    fork: Fork
    since: int = Field(ge=0)


class Fees(BaseFeeParameters):
    """A chain's fee model with its parameters.

    `eip1559`: the next base fee is exact. `op_stack`: exact, by the header's own parameters where it carries them.
    `arbitrum`, `node`: only the node knows.
    """

    model: Literal["eip1559", "op_stack", "arbitrum", "node"] = "node"
    min_tip: int = Field(default=0, ge=0)
    """Wei a unit of gas below which no block producer includes a transaction."""
    changes: tuple[BaseFeeChange, ...] = ()
    """Later parameters, oldest first."""
    blobs: tuple[BlobFork, ...] = ()
    """Oldest first; none where the chain carries no blobs."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name, times in (("changes", [each.since for each in self.changes]),
                            ("blobs", [each.since for each in self.blobs])):  # fmt: skip
            if times != sorted(set(times)):
                raise ValueError(f"{name}: must be in the order of their times, each later than the one before")
        if self.model in ("arbitrum", "node") and (self.changes or self.blobs):
            raise ValueError(f"changes and blobs: a chain of the model {self.model} has none")
        return self

    def parameters(self, timestamp: int) -> BaseFeeParameters:
        """Return the parameters that decide the base fee after a block of this time."""
        held = [each for each in self.changes if each.since <= timestamp]
        return held[-1] if held else self

    def fork(self, timestamp: int) -> Fork | None:
        """Return the fork whose blob parameters hold at this time, None before the first."""
        held = [each.fork for each in self.blobs if each.since <= timestamp]
        return held[-1] if held else None
