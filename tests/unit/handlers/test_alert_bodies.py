"""What is said of a rule that is not of the right form: each field once, by the name that it has in the request."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from handlers.models.alerts import NewRule, RuleChange
from handlers.models.alerts_earlier import EarlierBody
from handlers.runtime.answers.errors import from_validation
from premium.alerts.language.earlier import MEANINGS
from premium.refusals import shown

pytestmark = pytest.mark.unit

RULE: dict[str, Any] = {
    "name": "n",
    "type": "price",
    "conditions": [{"field": "price_usd", "operator": "gt", "value": "1"}],
}
EARLIER: dict[str, Any] = {"name": "n", "alert_type": "gas_above", "condition": {"threshold": 1}}


def said(form: type[BaseModel], body: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(ValidationError) as refused:
        form.model_validate(body)
    details = from_validation(RequestValidationError(refused.value.errors())).details
    return {field: str(reason) for field, reason in details.items()}


@pytest.mark.parametrize("value", [True, None, [1], {}])
def test_a_value_that_is_neither_number_nor_text_is_named_once(value: Any) -> None:
    wrong = RULE | {"conditions": [RULE["conditions"][0] | {"value": value}]}
    reason = f"must be a number or a string; given {shown(value)}"
    assert said(NewRule, wrong) == {"conditions.0.value": reason}
    assert said(EarlierBody, EARLIER | {"condition": {"threshold": value}}) == {"condition.threshold": reason}


def test_a_list_of_one_wrong_condition_is_not_called_too_short_but_an_empty_one_is() -> None:
    wrong = RULE | {"conditions": [RULE["conditions"][0] | {"operator": "like"}]}
    assert list(said(NewRule, wrong)) == ["conditions.0.operator"]
    assert list(said(NewRule, RULE | {"conditions": []})) == ["conditions"]


@pytest.mark.parametrize(
    ("form", "body", "field"),
    [
        (NewRule, RULE | {"enabled": "yes"}, "enabled"),
        (NewRule, RULE | {"enabled": 1}, "enabled"),
        (NewRule, RULE | {"cooldownSeconds": "5"}, "cooldownSeconds"),
        (NewRule, RULE | {"cooldownSeconds": True}, "cooldownSeconds"),
        (RuleChange, {"version": "1"}, "version"),
        (RuleChange, {"newSigningSecret": "no"}, "newSigningSecret"),
        (EarlierBody, EARLIER | {"enabled": "off"}, "enabled"),
    ],
)
def test_switches_and_counts_are_no_texts(form: type[BaseModel], body: dict[str, Any], field: str) -> None:
    assert list(said(form, body)) == [field]


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert NewRule.model_validate(RULE | {"cooldown_seconds": Decimal("300.0")}).cooldown_seconds == 300
    assert list(said(NewRule, RULE | {"cooldown_seconds": Decimal("300.5")})) == ["cooldown_seconds"]


def test_the_earlier_form_knows_the_alert_types_that_its_schema_lists() -> None:
    listed = EarlierBody.model_json_schema()["properties"]["alert_type"]["enum"]
    assert set(listed) == set(MEANINGS)
    assert list(said(EarlierBody, EARLIER | {"alert_type": "rain"})) == ["alert_type"]
