"""Answers of the route of what alert rules can watch."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field

from handlers.runtime import View
from premium.alerts.language.catalogue import FIELDS, KIND_OF_RULE
from premium.alerts.language.catalogue import Field as EventField
from premium.alerts.language.values import SEVERITIES
from premium.alerts.model import RuleType

Operator = Literal["gt", "gte", "lt", "lte", "eq"]
_ORDERED: tuple[Operator, ...] = ("gt", "gte", "lt", "lte", "eq")
_EQUAL: tuple[Operator, ...] = ("eq",)


class CatalogueFieldView(View):
    """A field of events, and how a rule may compare it."""

    name: str = Field(description="As conditions name it", examples=["amount_usd"])
    type: Literal["number", "text", "address", "severity"] = Field(description="What it holds", examples=["number"])
    gauge: bool = Field(description="A level: the rule fires when it crosses into its condition", examples=[False])
    operators: list[Operator] = Field(description="How it may be compared", examples=[["gt", "gte", "lt", "lte", "eq"]])
    values: list[str] = Field(description="Its words, the least first; empty where it has none", examples=[[]])

    @classmethod
    def of(cls, name: str, field: EventField) -> Self:
        """Return the view of a field of the catalogue."""
        words = list(SEVERITIES) if field.type.value == "severity" else []
        operators = _ORDERED if field.type.ordered else _EQUAL
        return cls(name=name, type=field.type.value, gauge=field.gauge, operators=list(operators), values=words)


class CatalogueTypeView(View):
    """A type of rules, with the fields of its events."""

    type: RuleType = Field(description="As rules name it", examples=["whale"])
    fields: list[CatalogueFieldView]
    """Those that its conditions may name."""


class CatalogueView(View):
    """All that rules can watch."""

    types: list[CatalogueTypeView]
    """One for each type of rules."""

    @classmethod
    def whole(cls) -> Self:
        """Return the view of the whole catalogue."""
        types = [
            CatalogueTypeView(type=name, fields=[CatalogueFieldView.of(*each) for each in FIELDS[kind].items()])
            for name, kind in KIND_OF_RULE.items()
        ]
        return cls(types=types)
