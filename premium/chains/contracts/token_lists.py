"""Reads Token Lists: tokens of many chains in one file, as tokenlists.org describes them.

A list says where to look; what a wallet holds is the contract's word. Its symbols vouch for nothing: no price is found
by them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from premium.chains.addresses import token_address
from premium.refusals import reason_of

MOST_BYTES, MOST_TOKENS = 16_000_000, 10_000
"""Of one file; the schema's own bound of tokens."""
_SOLANA = 501000101
"""The chain id by which lists mean Solana, which has none."""


class ListFile(BaseModel):
    """A file of a deployment, and the licence under which it may be used."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str = Field(min_length=1, max_length=500)
    licence: str = Field(min_length=1, max_length=100)


class ListedToken(BaseModel):
    """A token as a list describes it.

    What else stands there (logo, tags, bridges) is not read.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    chain_id: int = Field(alias="chainId", ge=1, le=2**53)
    address: Annotated[str, Field(max_length=64), AfterValidator(token_address)]
    symbol: str = Field(max_length=32)
    name: str = Field(max_length=100)
    decimals: int = Field(ge=0, le=255)


class _Version(BaseModel):
    model_config = ConfigDict(frozen=True)

    major: int = Field(ge=0)
    minor: int = Field(ge=0)
    patch: int = Field(ge=0)


class _Head(BaseModel):
    model_config = ConfigDict(frozen=True)

    name: str = Field(min_length=1, max_length=100)
    timestamp: AwareDatetime
    version: _Version
    tokens: list[Any] = Field(max_length=MOST_TOKENS)


@dataclass(frozen=True)
class TokenList:
    """A list as it was read."""

    name: str
    version: str
    dated: datetime
    licence: str
    tokens: Mapping[int, Sequence[ListedToken]]
    """By chain id, each address once."""

    def of(self, chain_id: int, *, solana: bool = False) -> Sequence[ListedToken]:
        """Return the tokens of a chain."""
        return self.tokens.get(_SOLANA if solana else chain_id, ())


def read(path: Path, licence: str) -> TokenList:
    """Return the list in a file; ValueError names field, place and reason."""
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    if size > MOST_BYTES:
        raise ValueError(f"has {size:,} bytes; {MOST_BYTES:,} are read")
    return parsed(content, licence)


def parsed(content: bytes, licence: str) -> TokenList:
    """Return the list of a document; ValueError names field, place and reason."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is not valid JSON: {error}") from None
    try:
        head = _Head.model_validate(document)
    except ValidationError as error:
        raise ValueError(_first(error)) from None
    found: dict[int, dict[str, ListedToken]] = {}
    for number, row in enumerate(head.tokens):
        try:
            token = ListedToken.model_validate(row)
        except ValidationError as error:
            raise ValueError(_first(error, f"tokens.{number}.")) from None
        other = found.setdefault(token.chain_id, {}).setdefault(token.address, token)
        if other.decimals != token.decimals:
            raise ValueError(f"tokens.{number}.decimals: {token.address} is there with {other.decimals} as well")
    version = head.version
    told = f"{version.major}.{version.minor}.{version.patch}"
    tokens = {chain: tuple(mine.values()) for chain, mine in found.items()}
    return TokenList(head.name, told, head.timestamp, licence, tokens)


def _first(error: ValidationError, before: str = "") -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{before}{place}: {reason_of(first)}" if place else f"{before.rstrip('.') or 'file'}: {reason_of(first)}"
