"""Every decimal of an answer is either exact for a reason or rounded: which of the two is written down here."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter

from handlers.runtime import Figures, Money, Ratio, View
from handlers.runtime.documents.openapi import document as document_of
from premium.money import plain

pytestmark = pytest.mark.unit

EXACT = {
    "RuleView.hysteresis": "an input: what its owner wrote",
    "KeptRuleView.hysteresis": "an input: what its owner wrote",
    "AssetView.balance": "units of the chain",
    "HeldAssetView.balance": "units of the chain",
    "FlowView.amount": "units of the chain",
    "LineView.amount": "units of the chain",
    "AssetChangeView.amount": "units of the chain",
    "HarvestView.amount": "units of the asset",
    "TransactionView.amount": "an input: what the history states",
    "TransactionView.price": "an input: what the history states",
    "GainView.amount": "units of a lot, to the last digit: they add up to the disposal's",
    "TransactionView.fee": "an input: what the history states",
}


def views(base: type[BaseModel] = View) -> set[type[BaseModel]]:
    """Every model of an answer; the document imports all handlers."""
    assert document_of()["paths"]
    found = {one for one in base.__subclasses__() if one.__module__.startswith("handlers.")}
    return found.union(*(views(one) for one in found))


def holds_decimal(annotation: Any) -> bool:
    return annotation is Decimal or any(holds_decimal(one) for one in get_args(annotation))


def serialises_exactly(model: type[BaseModel], name: str) -> bool:
    field = model.model_fields[name]
    long = Decimal("1.00000000000000000000000001")
    adapter = TypeAdapter(field.rebuild_annotation())
    value: Any = {"a": long} if "dict" in str(field.annotation) else long
    return plain(long).encode() in adapter.dump_json(value)


def test_every_decimal_of_an_answer_is_rounded_unless_it_is_an_input_or_a_balance() -> None:
    fields = [
        (one, name) for one in views() for name, field in one.model_fields.items() if holds_decimal(field.annotation)
    ]
    assert len(fields) > 20
    exact = {f"{one.__name__}.{name}" for one, name in fields if serialises_exactly(one, name)}
    assert exact == EXACT.keys()


def test_figures_are_rounded_by_what_they_count() -> None:
    made = {
        "cost_basis": "600.333333333333333333",
        "remaining": [{"amount": "0.3333333333333333333333", "cost_basis": "0.1234567891"}],
        "message": "valued at 100.123456789123",
    }
    assert TypeAdapter(Figures).validate_python(made) == {
        "costBasis": "600.33333333",
        "remaining": [{"amount": "0.333333333333333333", "costBasis": "0.12345679"}],
        "message": "valued at 100.123456789123",
    }


@pytest.mark.parametrize(("kind", "shown"), [(Money, "0.66666667"), (Ratio, "0.666667")])
def test_money_has_eight_places_and_a_ratio_six(kind: Any, shown: str) -> None:
    assert TypeAdapter(kind).dump_json(Decimal("0.6666666666666666666")) == f'"{shown}"'.encode()
