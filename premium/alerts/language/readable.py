"""Values of events as a person reads them: rounded, grouped, with their unit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from types import MappingProxyType
from typing import Any

from premium.alerts.language.values import field_of, number
from premium.money import plain

_DIGITS = Context(prec=400, rounding=ROUND_HALF_EVEN)
_SIGNIFICANT = 4
"""Digits of a value below one: the first that are not zero."""
_READABLE = 60
"""Places before or after the point up to which a number is rounded: beyond them nobody reads it."""
_PLACES: Mapping[str, int] = MappingProxyType(
    {
        "amount": 4, "amount_usd": 2, "price_usd": 2, "tvl_usd": 2, "gas_gwei": 2, "base_fee_gwei": 2,
        "change_pct_1h": 2, "change_pct_24h": 2, "tvl_change_pct_24h": 2,
    }
)  # fmt: skip
"""Decimal places by field; a field that is not named stands as it is."""


def readable(event: Mapping[str, Any], field: str) -> object:
    """Return the value of a field as texts show it."""
    value = field_of(event, field)
    if field == "asset":
        return asset_name(event)
    if field == "symbol" and value is None:
        return asset_name(event)
    exact = number(value) if field in _PLACES else None
    if exact is None or abs(exact.adjusted()) > _READABLE:
        return value
    return dollars(exact) if field.endswith("_usd") else rounded(exact, _PLACES[field])


def asset_name(event: Mapping[str, Any]) -> object:
    """Return an asset's symbol, its key where it has none.

    A token whose symbol nobody vouches for shows its address too: any contract can call itself USDC.
    """
    symbol, asset = event.get("symbol"), event.get("asset")
    if not isinstance(symbol, str) or not symbol:
        return asset
    if event.get("listed") is not False:
        return symbol
    address = str(asset).partition(":")[2]
    return f"{symbol} ({address[:6]}…{address[-4:]})"


def dollars(value: Decimal) -> str:
    """Return US dollars: `$1,234.57`, `-$0.50`; four significant digits below a dollar."""
    magnitude = value.copy_abs()
    shown = f"${_grouped(magnitude, 2)}" if magnitude >= 1 or not value else f"${_small(magnitude, 2)}"
    return f"-{shown}" if value < 0 else shown


def rounded(value: Decimal, places: int) -> str:
    """Return a number of so many places without trailing zeros: `1,234.5678`, `0.00001234`."""
    text = _grouped(value, places) if value.copy_abs() >= 1 or not value else _small(value, 0)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _grouped(value: Decimal, places: int) -> str:
    return f"{value.quantize(Decimal(1).scaleb(-places), context=_DIGITS):,f}"


def _small(value: Decimal, least: int) -> str:
    """Return a value below one by its first significant digits."""
    places = max(least, _SIGNIFICANT - 1 - value.adjusted())
    text = plain(value.quantize(Decimal(1).scaleb(-places), context=_DIGITS))
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction:0<{least}}" if least else text
