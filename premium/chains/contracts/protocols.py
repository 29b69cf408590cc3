"""Which contracts belong to which protocol: data, so that a fork is an entry.

`protocols.json` is shipped; a chain's own entry may name more (`protocols` in CHAINS_FILE).
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, model_validator

from premium.chains.addresses import NATIVE, Address

Kind = Literal[
    "v2_lp", "v3_position", "balancer_pool", "curve_pool", "vault", "aave_v3", "compound_v2", "compound_v3",
    "staked", "withdrawals", "lock", "gauge", "v4_position", "yearn_vault", "stream", "vesting_wallet", "aave_v2",
    "balancer_v3_pool",
]  # fmt: skip
_NEEDS: dict[str, tuple[str, ...]] = {
    "v2_lp": ("factory",), "v3_position": ("manager",), "vault": (), "aave_v2": ("provider",), "aave_v3": ("provider",),
    "compound_v2": ("comptroller",), "compound_v3": ("contracts",), "staked": ("contracts", "rate"),
    "withdrawals": ("contracts", "asset"), "lock": ("contracts",), "gauge": (),
    "balancer_pool": ("vault", "contracts"), "balancer_v3_pool": ("vault",), "curve_pool": ("registry",),
    "v4_position": ("manager",), "yearn_vault": (), "stream": ("contracts",), "vesting_wallet": ("contracts", "asset"),
}  # fmt: skip
_SHIPPED = Path(__file__).parent / "protocols.json"
_Function = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}\((uint256|address)?\)$")]


class Protocol(BaseModel):
    """A protocol's deployment on a chain; which addresses it needs follows from its kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,40}$")
    title: str = Field(min_length=1, max_length=64)
    kind: Kind
    factory: Address | None = None
    """Of pairs and vaults: what it did not make is not believed."""
    check: _Function | None = None
    """The factory's function that says whether a vault or gauge is its own; `gauge_types` reverts for others'."""
    manager: Address | None = None
    """Of position NFTs."""
    provider: Address | None = None
    """Aave's PoolAddressesProvider."""
    vault: Address | None = None
    """Balancer's; `contracts` are then factories of its pools."""
    registry: Address | None = None
    """Of Curve's pools: it knows the pool of a share."""
    comptroller: Address | None = None
    native_market: Address | None = None
    """The market of the chain's coin, which names no underlying token."""
    contracts: tuple[Address, ...] = Field(default=(), max_length=500)
    """Vaults, markets, staked tokens, locks, queues or gauges, by kind."""
    asset: Address | None = None
    """What a staked token or a queue pays, or a gauge mints; the zero address is the chain's coin."""
    rate: _Function | None = None
    """What tells a staked token's rate: without an argument, or of an amount of it."""
    scale: int = Field(default=18, ge=0, le=36)
    protocol_fee: tuple[int, int, int] = (1, 5, 1)
    """Of a pair's growth: supply * (root - last) * a / (root * b + last * c)."""
    sources: tuple[AnyHttpUrl, ...] = Field(min_length=1)
    """Where its addresses are published."""

    @model_validator(mode="after")
    def _complete(self) -> Protocol:
        for field in _NEEDS[self.kind]:
            if not getattr(self, field):
                raise ValueError(f"{field} is required of kind {self.kind}")
        if self.kind in ("vault", "gauge", "yearn_vault") and not self.contracts and not (self.factory and self.check):
            raise ValueError(f"contracts, or factory with check, is required of kind {self.kind}")
        return self

    @property
    def pays(self) -> str:
        """The address of what it pays."""
        return self.asset or NATIVE

    @property
    def nft_contracts(self) -> tuple[str, ...]:
        """The contracts whose NFTs cannot be enumerated: logs tell who ever had which."""
        if self.kind == "v4_position":
            return (self.manager,) if self.manager else ()
        return self.contracts if self.kind == "stream" else ()


@cache
def shipped() -> dict[str, tuple[Protocol, ...]]:
    """Return the shipped protocols by chain; ValidationError names a wrong entry."""
    document = json.loads(_SHIPPED.read_text("utf-8"))
    return {chain: tuple(map(Protocol.model_validate, rows)) for chain, rows in document["chains"].items()}


def of_chain(name: str, own: tuple[Protocol, ...]) -> tuple[Protocol, ...]:
    """Return a chain's own entries, and the shipped ones that they do not replace.

    An entry replaces another of its name and kind.
    """
    named = {(entry.name, entry.kind) for entry in own}
    return own + tuple(entry for entry in shipped().get(name, ()) if (entry.name, entry.kind) not in named)
