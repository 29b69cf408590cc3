"""Rules that were written in base units mean the same for ever: as they are read, and as they are rewritten."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from premium.alerts.language.earlier_rules import present_form
from premium.alerts.language.forms import RuleForms
from premium.alerts.store.rule_form import EarlierRules
from premium.alerts.store.rules import RuleStore
from premium.alerts.store.shard_rules import ShardRules
from premium.chains.registry import load
from premium.config import Settings
from premium.prices.assets import AssetNames
from premium.storage.postgres import Database
from tests.integration.alerts.conftest import MakeRule

pytestmark = pytest.mark.integration
USDC = "ethereum:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"
UNLISTED = "ethereum:0x00000000000000000000000000000000000000aa"


@pytest.fixture(scope="module")
def names() -> AssetNames:
    return AssetNames(load(Settings(premium_stage="local")), ["ethereum"])


def whale(asset: str | None, amount: str, *more: dict[str, Any]) -> list[dict[str, Any]]:
    named = [{"field": "asset", "operator": "eq", "value": asset}] if asset else []
    return [*named, {"field": "amount", "operator": "gte", "value": amount}, *more]


def conditions(app: Database, user: UUID, rule: UUID) -> dict[str, Any]:
    return {one["field"]: one["value"] for one in RuleStore(app).get(user, rule).conditions}


def test_a_rule_of_the_earlier_form_is_read_in_base_units_until_it_is_rewritten(
    app: Database, worker: Database, user: UUID, rule: MakeRule, names: AssetNames
) -> None:
    quoted = {"field": "tx_hash", "operator": "eq", "value": '"field": "amount"'}
    kept = {
        "listed": rule(user, conditions=whale(USDC, "2500000")),
        "symbol": rule(user, conditions=whale("ETH", "1500000000000000000")),
        "unlisted": rule(user, conditions=whale(UNLISTED, "7", quoted)),
        "any": rule(user, conditions=whale(None, "9")),
    }
    read = {name: conditions(app, user, each) for name, each in kept.items()}
    assert [each["amount_base_units"] for each in read.values()] == ["2500000", "1500000000000000000", "7", "9"]
    assert not any("amount" in each for each in read.values())
    forms = RuleForms()
    for row in ShardRules(worker, 0, 1).all():
        made = forms.rule(row)
        assert made is not None
        assert "amount" not in {one.field for one in made.conditions}, "what the matcher holds"
    rewrite = partial(EarlierRules(worker).rewrite, lambda kind, rule: present_form(kind, rule, names))
    assert (rewrite(3), rewrite(3), rewrite(3)) == (3, 1, 0)
    now = {name: conditions(app, user, each) for name, each in kept.items()}
    assert now["listed"] == {"asset": USDC, "amount": "2.5"}
    assert now["symbol"] == {"asset": "ethereum:0x" + "0" * 40, "amount": "1.5"}
    assert now["unlisted"] == {"asset": UNLISTED, "amount_base_units": "7", "tx_hash": '"field": "amount"'}
    assert now["any"] == {"amount_base_units": "9"}
    assert RuleStore(app).get(user, kept["listed"]).version == 2


def test_a_hysteresis_is_scaled_with_the_amount_or_neither_is(
    app: Database, worker: Database, user: UUID, rule: MakeRule, names: AssetNames
) -> None:
    alone, beside = (
        whale(USDC, "2500000"),
        whale(USDC, "2500000", {"field": "amount_usd", "operator": "gt", "value": 1}),
    )
    rules = [rule(user, conditions=each) for each in (alone, beside)]
    with app.as_user(user) as connection:
        connection.execute("UPDATE alert_rules SET hysteresis = 500000, trigger = 'edge'")
    EarlierRules(worker).rewrite(lambda kind, rule: present_form(kind, rule, names), 10)
    found = [RuleStore(app).get(user, each) for each in rules]
    assert [row.hysteresis for row in found] == [Decimal("0.5"), Decimal(500000)]
    assert [one["field"] for one in found[1].conditions] == ["asset", "amount_base_units", "amount_usd"]
