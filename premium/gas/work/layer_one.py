"""What OP-stack chains say of layer one: its prices, and the operator's fee."""

from __future__ import annotations

from typing import Any

from premium.chains.addresses import keccak256
from premium.chains.rpc import Call, RpcError, View

L1_BLOCK = "0x4200000000000000000000000000000000000015"
ORACLE = "0x420000000000000000000000000000000000000F"
_PRICES = ("basefee()", "blobBaseFee()", "baseFeeScalar()", "blobBaseFeeScalar()")
_WORD = 64
_MILLION = 10**6


def selector(signature: str) -> str:
    """Return the first four bytes of a signature's hash, as hex."""
    return keccak256(signature.encode()).hex()[:8]


async def layer_one(view: View) -> dict[str, str] | None:
    """Return layer one's prices and the operator's fee, as decimal strings of wei.

    None where the chain has not the predeploys of Ecotone. An operator's fee that its oracle does not know is 0.
    """
    asked = [(L1_BLOCK, selector(name)) for name in _PRICES]
    asked += [(ORACLE, selector("getOperatorFee(uint256)") + f"{gas:0{_WORD}x}") for gas in (0, _MILLION)]
    calls = [Call("eth_call", ({"to": to, "data": f"0x{data}"}, "latest")) for to, data in asked]
    *prices, constant, million = [_uint(each) for each in await view.batch(calls)]
    if any(each is None for each in prices):
        return None
    base, blob, base_scalar, blob_scalar = prices
    told = {
        "base_fee": base,
        "blob_base_fee": blob,
        "base_fee_scalar": base_scalar,
        "blob_base_fee_scalar": blob_scalar,
    }
    fixed = constant or 0
    told |= {"operator_constant": fixed, "operator_per_million": (million or 0) - fixed}
    return {name: str(value) for name, value in told.items()}


def _uint(answer: Any) -> int | None:
    if isinstance(answer, RpcError) or not isinstance(answer, str) or len(answer) != 2 + _WORD:
        return None
    return int(answer, 16)
