"""Events to try a rule with fit it, and the earlier form says the same rules."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from premium.alerts.language.drafts import raw, rule_of, trigger_of
from premium.alerts.language.earlier import MEANINGS, alert_type_of, condition_of, draft_of
from premium.alerts.language.rule import parse
from premium.alerts.language.trial import sample, verdicts
from premium.alerts.model import Draft
from premium.errors import InvalidInput
from tests.factories.deliveries import NOW

pytestmark = pytest.mark.unit


def draft(rule_type: Any, *conditions: tuple[str, str, Any]) -> Draft:
    made = tuple({"field": field, "operator": operator, "value": value} for field, operator, value in conditions)
    return Draft(name="x", type=rule_type, conditions=made)


@pytest.mark.parametrize(
    "made",
    [
        draft("price", ("price_usd", "gt", "0.1"), ("price_usd", "lt", "0.10000001"), ("asset", "eq", "ETH")),
        draft("price", ("price_usd", "lte", 10**30), ("price_usd", "gte", 10**30)),
        draft("price", ("change_pct_1h", "lt", -5.5), ("price_usd", "eq", "0.30")),
        draft("whale", ("amount", "gte", "0x10"), ("from", "eq", "0x" + "Ab" * 20), ("chain", "eq", "base")),
        draft("gas", ("gas_gwei", "lt", 0)),
        draft("protocol_risk", ("severity", "gt", "low"), ("protocol", "eq", "lend"), ("tvl_usd", "gt", "1e9")),
    ],
)
def test_the_sample_fits_its_rule(made: Draft) -> None:
    rule = rule_of(made)
    event = sample(rule, "test:1", NOW)
    assert all(verdict.holds for verdict in verdicts(rule, event)), event


def test_a_trial_says_which_condition_does_not_hold() -> None:
    rule = rule_of(draft("gas", ("gas_gwei", "lt", 5), ("chain", "eq", "base")))
    assert [one.holds for one in verdicts(rule, {"kind": "gas", "gas_gwei": "4", "chain": "ethereum"})] == [True, False]
    assert not any(one.holds for one in verdicts(rule, {"kind": "price", "gas_gwei": "4", "chain": "base"}))


@pytest.mark.parametrize("alert_type", MEANINGS)
def test_the_earlier_form_there_and_back(alert_type: str) -> None:
    condition = {"threshold": "3", "chain": "base"}
    made = draft_of("x", alert_type, ["email", "email"], condition)
    assert (alert_type_of(made), condition_of(made), len(made.actions)) == (alert_type, condition, 1)
    rule_of(made)


def test_a_rule_that_the_earlier_form_cannot_say_is_shown_as_it_is() -> None:
    made = draft("whale", ("amount_usd", "gte", 5), ("amount", "lt", 9))
    assert condition_of(made) == {"conditions": list(made.conditions)}
    assert alert_type_of(draft("gas", ("base_fee_gwei", "gt", 1))) == "gas"


def test_what_is_kept_is_what_the_matcher_parses() -> None:
    made = draft("price", ("price_usd", "gt", "1")).model_copy(update={"enabled": False})
    assert parse(raw(UUID(int=1), made)) is None
    assert (trigger_of(made), trigger_of(draft("whale", ("amount", "gt", 1)))) == ("edge", "level")


def test_a_wrong_operator_is_named_by_its_place() -> None:
    with pytest.raises(InvalidInput) as refused:
        rule_of(draft("price", ("price_usd", "gt", 1), ("asset", "lt", "ETH")))
    assert list(refused.value.details) == ["conditions.1.operator"]
