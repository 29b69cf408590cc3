"""What named operations and amounts of gas cost, in wei."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from premium.gas.fees.op_stack import DataFee, fee_of
from premium.gas.operations import OPERATIONS
from premium.money import EXACT, from_base_units, plain

_STANDARD = "standard"
_CENTS = Decimal("0.00000001")
_MILLION = 10**6


class Cost(NamedTuple):
    """What one thing costs at the speed `standard`, once it is in the next block."""

    operation: str | None
    """None for an amount of gas, or a call, that was asked for."""
    gas: int
    basis: str
    native: int
    """Wei, with layer one's part."""
    usd: str | None
    quality: str


def costs_of(
    told: Mapping[str, Any], operation: str | None, gas: int | None, asked: Mapping[str, Any] | None
) -> tuple[list[Cost], Mapping[str, str] | None]:
    """Return the costs of what is asked for, and layer one's part of it.

    Of all named operations where nothing is; then layer one's part is that of a plain transfer.
    """
    if gas is not None:
        basis = "node" if asked else "given"
        l1 = _told_by_node(asked) if asked else _layer_one(told, gas, OPERATIONS["native_transfer"].compressed)
        return [_cost(told, None, (gas, basis), l1)], l1
    names = [operation] if operation else list(OPERATIONS)
    found = {name: _operation(told, name) for name in names}
    costs = [_cost(told, name, (used, basis), l1) for name, (used, basis, l1) in found.items()]
    return costs, next(iter(found.values()))[2]


def _operation(told: Mapping[str, Any], name: str) -> tuple[int, str, Mapping[str, str] | None]:
    gas, basis = told["operations"][name]
    return gas, basis, _layer_one(told, gas, OPERATIONS[name].compressed)


def price_of(told: Mapping[str, Any]) -> int:
    """Return what a unit of gas costs in the next block, in wei.

    At the speed `standard`.
    """
    speed = next(each for each in told["speeds"] if each["name"] == _STANDARD)
    return min(max(int(speed["max_fee"]), int(told["next_base_fee"])), int(told["next_base_fee"]) + int(speed["tip"]))


def _layer_one(told: Mapping[str, Any], gas: int, compressed: int) -> Mapping[str, str] | None:
    """Return what an OP-stack chain asks for data of this size.

    None where nothing is asked or known.
    """
    if (l1 := told["l1"]) is None:
        return None
    names = ("base_fee", "blob_base_fee", "base_fee_scalar", "blob_base_fee_scalar")
    operator = int(l1["operator_constant"]) + int(l1["operator_per_million"]) * gas // _MILLION
    fee = fee_of(compressed, DataFee(*(int(l1[name]) for name in names)))
    return {"fee": str(fee), "operator_fee": str(operator), "basis": "usual_size"}


def _told_by_node(asked: Mapping[str, Any]) -> Mapping[str, str] | None:
    if asked["l1_fee"] is None:
        return None
    return {"fee": asked["l1_fee"], "operator_fee": asked["operator_fee"], "basis": asked["l1_basis"]}


def _cost(told: Mapping[str, Any], name: str | None, used: tuple[int, str], l1: Mapping[str, str] | None) -> Cost:
    gas, basis = used
    native = gas * price_of(told)
    if l1 is not None and l1["basis"] != "within_gas":
        native += int(l1["fee"]) + int(l1["operator_fee"])
    usd, quality = told["price"]["usd"], told["price"]["quality"]
    worth = None if usd is None else plain(dollars(native, told["decimals"], Decimal(usd)))
    return Cost(name, gas, basis, native, worth, quality)


def dollars(native: int, decimals: int, usd: Decimal) -> Decimal:
    """Return what wei of a coin are worth, at its price."""
    return EXACT.multiply(from_base_units(native, decimals), usd).quantize(_CENTS)
