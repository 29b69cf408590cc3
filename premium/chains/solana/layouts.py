"""Accounts of Solana as bytes: tokens, mints, stakes and the cluster's own, field by field.

Numbers are little-endian and exact; what is too short or of another kind is a ValueError.
"""

from __future__ import annotations

import math
import struct
from decimal import Decimal
from typing import NamedTuple

from premium.chains.solana.address import encoded

TOKEN_PROGRAM = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"  # noqa: S105 - a program
TOKEN_2022_PROGRAM = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"  # noqa: S105 - as above
STAKE_PROGRAM = "Stake11111111111111111111111111111111111111"
METADATA_PROGRAM = "metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s"
CLOCK = "SysvarC1ock11111111111111111111111111111111"
STAKE_HISTORY = "SysvarStakeHistory1111111111111111111111111"
WRAPPED_COIN = "So11111111111111111111111111111111111111112"

_ACCOUNT_BYTES, _MINT_BYTES = 165, 82
_IS_MINT, _IS_ACCOUNT = 1, 2
_CONFIDENTIAL, _INTEREST, _METADATA, _SCALED = 5, 10, 19, 25
_YEAR_SECONDS, _BASIS_POINTS = 31_556_736, 10_000
"""Of 365.24 days, as the token program counts."""
_STATES = {0: "uninitialised", 1: "initialised", 2: "frozen"}
_LONGEST_TEXT = 1_000


class TokenAccount(NamedTuple):
    """What an account holds of one mint; withheld fees are not part of it."""

    mint: str
    owner: str
    amount: int
    is_native: bool
    """Whether it holds the wrapped coin."""
    is_frozen: bool
    has_hidden: bool
    """Whether it also holds a confidential balance, which only its owner can read."""


class Interest(NamedTuple):
    """Continuous interest on what is shown, in basis points a year."""

    since: int
    average_before: int
    changed_at: int
    rate: int

    def multiplier(self, now: int) -> float:
        """Return how many units are shown for one, at Unix seconds.

        As the program counts, in its own floats.
        """
        before = self.average_before * (self.changed_at - self.since)
        after = self.rate * (now - self.changed_at)
        return _grown(before) * _grown(after)


class Scaled(NamedTuple):
    """A multiplier of what is shown, and the one that follows it."""

    multiplier_now: float
    from_then: int
    multiplier_then: float

    def multiplier(self, now: int) -> float:
        """Return how many units are shown for one, at Unix seconds."""
        return self.multiplier_then if now >= self.from_then else self.multiplier_now


class Mint(NamedTuple):
    """A token: its scale, how its amounts are shown, and what it calls itself."""

    decimals: int
    shown: Interest | Scaled | None
    symbol: str | None


class Clock(NamedTuple):
    """The cluster's time at a slot."""

    slot: int
    epoch: int
    unix: int


def token_account(data: bytes) -> TokenAccount:
    """Return a token account of either program; ValueError for what is none."""
    if len(data) < _ACCOUNT_BYTES or (len(data) > _ACCOUNT_BYTES and data[_ACCOUNT_BYTES] != _IS_ACCOUNT):
        raise ValueError("is no token account")
    state = _STATES.get(data[108])
    if state in (None, "uninitialised"):
        raise ValueError("is a token account that was never opened")
    hidden = extensions(data).get(_CONFIDENTIAL, b"")
    return TokenAccount(
        mint=encoded(data[:32]),
        owner=encoded(data[32:64]),
        amount=int.from_bytes(data[64:72], "little"),
        is_native=data[109:113] == b"\x01\0\0\0",
        is_frozen=state == "frozen",
        # Approval and key stand before three ciphertexts: pending, low and high, and available. Zero is all zeros.
        has_hidden=any(hidden[33 : 33 + 3 * 64]),
    )


def mint(data: bytes) -> Mint:
    """Return a mint of either program; ValueError for what is none."""
    if len(data) < _MINT_BYTES or data[45] != 1:
        raise ValueError("is no mint")
    if len(data) > _MINT_BYTES and (len(data) <= _ACCOUNT_BYTES or data[_ACCOUNT_BYTES] != _IS_MINT):
        raise ValueError("is no mint")
    told = extensions(data)
    return Mint(decimals=data[44], shown=_shown(told), symbol=_symbol(told.get(_METADATA)))


def clock(data: bytes) -> Clock:
    """Return the cluster's clock."""
    if len(data) < 40:
        raise ValueError("is no clock")
    slot, _, epoch, _, unix = struct.unpack_from("<QqQQq", data)
    return Clock(slot, epoch, unix)


def extensions(data: bytes) -> dict[int, bytes]:
    """Return the extensions of an account or mint of Token-2022 by their type."""
    found: dict[int, bytes] = {}
    place = _ACCOUNT_BYTES + 1
    while place + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, place)
        place += 4
        if kind == 0:
            break
        if place + length > len(data):
            raise ValueError("has an extension that is cut off")
        found.setdefault(kind, data[place : place + length])
        place += length
    return found


def listed_symbol(data: bytes) -> str | None:
    """Return the symbol of an account of the metadata program; None where it tells none."""
    try:
        _, place = _text(data, 65)
        symbol, _ = _text(data, place)
    except (ValueError, struct.error):
        return None
    return symbol.rstrip("\0") or None


def _shown(told: dict[int, bytes]) -> Interest | Scaled | None:
    if (interest := told.get(_INTEREST)) is not None:
        since, average, changed, rate = struct.unpack_from("<qhqh", interest, 32)
        return Interest(since, average, changed, rate)
    if (scaled := told.get(_SCALED)) is not None:
        now, since, then = struct.unpack_from("<dqd", scaled, 32)
        return Scaled(now, since, then)
    return None


def _symbol(metadata: bytes | None) -> str | None:
    if metadata is None:
        return None
    try:
        _, place = _text(metadata, 64)
        return _text(metadata, place)[0] or None
    except (ValueError, struct.error):
        return None


def _text(data: bytes, place: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<I", data, place)
    end = place + 4 + length
    if length > _LONGEST_TEXT or end > len(data):
        raise ValueError("is no text")
    return data[place + 4 : end].decode("utf-8", "replace"), end


def _grown(points: int) -> float:
    return math.exp(points / _YEAR_SECONDS / _BASIS_POINTS)


def shown_units(shown: Interest | Scaled, units: int, decimals: int, now: int) -> int:
    """Return base units as the token's program shows them at Unix seconds.

    By its own steps, in floats.
    """
    times, whole = shown.multiplier(now), float(10**decimals)
    amount = units * (times / whole) if isinstance(shown, Interest) else math.trunc(units * times) / whole
    return int(Decimal(f"{amount:.{decimals}f}").scaleb(decimals))
