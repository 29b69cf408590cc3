"""What tells one chain of Bitcoin's kind from another: data of its entry."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_Hex4 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}$")]
ScriptType = Literal["pkh", "sh_wpkh", "wpkh", "tr"]
"""How a single key is paid: by its hash, in a script, as a witness, or by Taproot."""
SCRIPT_TYPES: tuple[ScriptType, ...] = ("pkh", "sh_wpkh", "wpkh", "tr")


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Checkpoint(_Data):
    """A block that this chain alone has, by which its servers are known."""

    height: int = Field(ge=0)
    hash: str = Field(pattern=r"^[0-9a-f]{64}$")


class KeyVersion(_Data):
    """The first bytes of an extended public key, and how its addresses are built."""

    prefix: str = Field(pattern=r"^[a-zA-Z]{2}ub$")
    version: _Hex4
    scripts: tuple[ScriptType, ...] = Field(min_length=1)
    """Under these it is tried; several where the prefix does not tell."""


class Network(_Data):
    """Prefixes of addresses and keys, and a block by which the chain is known."""

    checkpoint: Checkpoint
    pubkey_hash: int = Field(ge=0, le=255)
    """The first byte of an address that pays to a key's hash."""
    script_hash: tuple[int, ...] = Field(min_length=1)
    """The first bytes of addresses that pay to a script's hash; the first one is written."""
    hrp: str | None = Field(default=None, pattern=r"^[a-z]{1,10}$")
    """What addresses of witnesses begin with; None where there are none."""
    cash: str | None = Field(default=None, pattern=r"^[a-z]{1,20}$")
    """What addresses of Bitcoin Cash's form begin with."""
    taproot: bool = False
    keys: tuple[KeyVersion, ...] = ()
    """Extended keys that are this chain's; the first one stands in descriptors."""
    is_test: bool = False
    maturity: int = Field(default=100, ge=0)
    """Blocks on top of its own before what a miner earned may be spent."""
