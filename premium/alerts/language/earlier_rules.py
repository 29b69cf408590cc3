"""Translate earlier rules: assets to their keys, amounts to whole units.

What cannot be said with certainty stays as it is: an asset that several chains have keeps its name, and an amount of a
token whose decimals the registry does not list stays in base units, named as such.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from premium.alerts.language.assets import use_of
from premium.alerts.language.values import number
from premium.money import EXACT, plain
from premium.prices.assets import AssetNames, UnknownAsset

_BASE = "amount_base_units"


class Meant(NamedTuple):
    """The conditions and the hysteresis of a rule."""

    conditions: Sequence[Mapping[str, Any]]
    hysteresis: Decimal | None


def present_form(rule_type: str, rule: Meant, names: AssetNames) -> Meant:
    """Return the present form of a rule whose base units are named already."""
    chain = _equal(rule.conditions, "chain")
    keyed = [_with_key(condition, rule_type, chain, names) for condition in rule.conditions]
    asset = _equal(keyed, "asset")
    decimals = names.about(asset).decimals if asset and rule_type == "whale" else None
    numbers = {one["field"] for one in keyed if number(one["value"]) is not None}
    if decimals is None or _BASE not in numbers or (rule.hysteresis is not None and numbers != {_BASE}):
        return Meant(keyed, rule.hysteresis)
    hysteresis = None if rule.hysteresis is None else EXACT.scaleb(rule.hysteresis, -decimals)
    return Meant([_in_units(condition, decimals) for condition in keyed], hysteresis)


def _equal(conditions: Sequence[Mapping[str, Any]], field: str) -> str | None:
    texts = (one["value"] for one in conditions if one["field"] == field and one["operator"] == "eq")
    return next((text for text in texts if isinstance(text, str)), None)


def _with_key(condition: Mapping[str, Any], rule_type: str, chain: str | None, names: AssetNames) -> Mapping[str, Any]:
    written = condition["value"]
    if condition["field"] != "asset" or not isinstance(written, str):
        return condition
    try:
        return {**condition, "value": names.resolve(written, use_of(rule_type), chain).asset}
    except UnknownAsset:
        return condition


def _in_units(condition: Mapping[str, Any], decimals: int) -> Mapping[str, Any]:
    base = number(condition["value"])
    if condition["field"] != _BASE or base is None:
        return condition
    return {**condition, "field": "amount", "value": plain(EXACT.scaleb(base, -decimals))}
