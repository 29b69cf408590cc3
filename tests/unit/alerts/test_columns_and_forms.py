"""Rules read by their form, and events that lie packed in the past: the same as without."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from premium.alerts.language.forms import RuleForms, RuleText
from premium.alerts.language.rule import Rule, RuleError, parse
from premium.alerts.matcher.levels import past
from premium.alerts.matcher.levels.past import Past
from tests.unit.alerts.test_matcher import rule_strategy

pytestmark = pytest.mark.unit


def row(raw: dict[str, Any]) -> RuleText:
    """As the database gives it."""
    hysteresis = None if raw.get("hysteresis") is None else Decimal(str(raw["hysteresis"]))
    conditions = json.dumps(raw["conditions"], default=str)
    return RuleText(raw["id"], raw["type"], conditions, raw.get("cooldown_seconds", 0), raw.get("trigger"), hysteresis)


def read(reading: Callable[[], Rule | None]) -> Rule | str | None:
    try:
        return reading()
    except RuleError as error:
        return str(error)


@settings(max_examples=100, deadline=None)
@given(st.lists(rule_strategy(), min_size=1, max_size=8))
def test_rules_of_known_forms_are_read_as_any_other(rules: list[dict[str, Any]]) -> None:
    reading = RuleForms()
    for raw in rules * 2:
        wanted = json.loads(json.dumps(raw), parse_float=Decimal)
        assert read(partial(reading.rule, row(raw))) == read(partial(parse, wanted))


@pytest.mark.parametrize("value", [None, "dear", [1], "9" * 300, "1e121", "x" * 300])
def test_a_value_that_cannot_be_read_is_told_in_a_known_form_too(value: object) -> None:
    reading = RuleForms()
    good = {"id": "a", "type": "price", "conditions": [{"field": "price_usd", "operator": "gt", "value": "1"}]}
    assert reading.rule(row(good)) is not None
    with pytest.raises(RuleError, match=r"conditions\[0\].value"):
        reading.rule(row(good | {"conditions": [{"field": "price_usd", "operator": "gt", "value": value}]}))


def test_a_packed_past_tells_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "_FAN", 2)
    pick, kept = random.Random(4), Past()
    known: dict[int, list[tuple[float, dict[str, Any]]]] = {number: [] for number in range(5)}
    levels = np.full(5, past.NEVER)
    for batch in range(60):
        events = [
            {"event_id": f"{batch}-{at}", "price_usd": Decimal("0.1") if at == 2 else "0.1", "deep": {"at": [at, None]}}
            for at in range(4)
        ]
        numbers, times = np.array(sorted(pick.randrange(5) for _ in events)), np.full(4, float(batch))
        for number, event in zip(numbers.tolist(), events, strict=True):
            known[number].append((float(batch), event))
            levels[number] = batch
        objects = np.empty(4, np.object_)
        objects[:] = events
        kept.add(numbers, times, objects, levels)
    for number, events_of in known.items():
        assert kept.of(number) == events_of
        gone = events_of[len(events_of) // 2]
        kept.remove(number, gone[0], gone[1]["event_id"])
        assert kept.of(number) == [one for one in events_of if one is not gone]
        assert kept.newest_of(number) == events_of[-1]
