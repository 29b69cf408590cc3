"""What a transaction pays for its data on layer one.

In wei, on OP-stack chains since Fjord.
"""

from __future__ import annotations

from typing import NamedTuple

from premium.gas.fees.fastlz import compressed_length

_INTERCEPT, _PER_BYTE, _LEAST = -42_585_600, 836_500, 100_000_000
"""Of the size estimate, in millionths of a byte. Source: specs.optimism.io, Fjord, FastLZ estimator."""
_SIGNATURE = 68
"""Bytes that a signature adds to what is compressed."""


class DataFee(NamedTuple):
    """The prices of layer one, as the L1Block predeploy holds them."""

    base_fee: int
    """Wei."""
    blob_base_fee: int
    """Wei."""
    base_fee_scalar: int
    blob_base_fee_scalar: int


class DataCost(NamedTuple):
    """A transaction's data, compressed, and what it costs on layer one."""

    fee: int
    """Wei."""
    compressed: int
    """Bytes; with the allowance for a signature where there is none."""


def data_cost(transaction: bytes, prices: DataFee, *, is_signed: bool) -> DataCost:
    """Return the layer-one fee of a transaction's RLP bytes.

    For unsigned bytes the predeploy's `getL1Fee` allows 68 more for the signature; a receipt's `l1Fee` is of signed.
    """
    compressed = compressed_length(transaction) + (0 if is_signed else _SIGNATURE)
    return DataCost(fee_of(compressed, prices), compressed)


def fee_of(compressed: int, prices: DataFee) -> int:
    """Return the layer-one fee of so many compressed bytes, in wei."""
    size = max(_INTERCEPT + _PER_BYTE * compressed, _LEAST)
    scaled = prices.base_fee_scalar * prices.base_fee * 16 + prices.blob_base_fee_scalar * prices.blob_base_fee
    return size * scaled // 10**12
