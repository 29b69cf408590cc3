"""The catalogue as the API shows it: each field with the comparisons that a rule may name."""

from __future__ import annotations

import pytest

from handlers.models.alerts_catalogue import CatalogueView
from premium.alerts.language.catalogue import FIELDS, KIND_OF_RULE

pytestmark = pytest.mark.unit


def test_every_type_and_field_is_shown() -> None:
    shown = {one.type: [field.name for field in one.fields] for one in CatalogueView.whole().types}
    assert shown == {name: list(FIELDS[kind]) for name, kind in KIND_OF_RULE.items()}


def test_what_has_no_order_is_compared_for_equality_alone() -> None:
    for one in CatalogueView.whole().types:
        for field in one.fields:
            ordered = field.type in {"number", "severity"}
            assert field.operators == (["gt", "gte", "lt", "lte", "eq"] if ordered else ["eq"])


def test_severities_have_their_words_and_nothing_else_has() -> None:
    for one in CatalogueView.whole().types:
        for field in one.fields:
            words = ["info", "low", "medium", "high", "critical"] if field.type == "severity" else []
            assert field.values == words
