"""Values of the gas service: blocks as they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

TipBasis = Literal["receipts", "fee_history", "none"]
"""Who says what tips a block took: its receipts, the node's summary, or nobody."""


class GasBlock(NamedTuple):
    """What one block asked for gas: wei and gas."""

    number: int
    timestamp: datetime
    hash: bytes
    parent: bytes
    base_fee: int
    gas_used: int
    gas_limit: int
    tips: tuple[int, ...]
    """Nine deciles, weighted by gas; none where nobody bid."""
    lowest_taken: int | None
    transactions: int
    blob_gas_used: int | None
    excess_blob_gas: int | None
    basis: TipBasis


class Hole(NamedTuple):
    """Blocks that the history lacks between two that it has, or one of another branch."""

    low: int
    high: int
    child: bytes
    """The hash that the highest of them has."""


class Ten(NamedTuple):
    """Ten minutes of a chain: base fees in wei."""

    at: datetime
    """When they begin."""
    first: float
    """Of their first block."""
    average: float


class StoredBacktest(NamedTuple):
    """What forecasts of a chain's horizon were worth, and when that was found."""

    made_at: datetime
    document: Mapping[str, Any]
