"""A new rule says whether it holds already, and fires once for that where its owner asks."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

import pytest

from premium.alerts.coverage import Coverage
from premium.alerts.model import Draft
from premium.alerts.service import Rules, SavedRule
from premium.alerts.store.rules import RuleStore
from premium.chains.registry import load
from premium.config import Settings
from premium.errors import InvalidInput
from premium.prices.assets import AssetNames
from premium.tiers import Tier
from tests.fixtures.platform import AddUser
from tests.integration.alerts.line import Line
from tests.integration.alerts.line import price as price_of

pytestmark = pytest.mark.integration
ASSET = f"ethereum:0x{'11' * 20}"
ABOVE = [{"field": "asset", "operator": "eq", "value": ASSET}, {"field": "price_usd", "operator": "gt", "value": "100"}]
HOOK = {"type": "webhook", "destination": "https://example.org/hook"}


def price(number: int, usd: str, *, asset: str = ASSET) -> dict[str, Any]:
    return price_of(number, usd, asset=asset)


@pytest.fixture
def owner(add_user: AddUser) -> UUID:
    return add_user()


def add(line: Line, owner: UUID, *, fire_if_true: bool = False, **changes: Any) -> SavedRule:
    registry = load(Settings(premium_stage="local"))
    coverage = Coverage(registry=registry, names=AssetNames(registry, ()), watched=frozenset(), has_provider=True,
                        has_protocols=True)  # fmt: skip
    rules = Rules(store=RuleStore(line.app), database=line.app, redis=line.redis, loopback=True,
                  coverage=lambda: coverage)  # fmt: skip
    draft = Draft.model_validate({"name": "above", "type": "price", "conditions": ABOVE, "actions": [HOOK]} | changes)
    return rules.add(owner, Tier.PRO, draft, fire_if_true=fire_if_true)


def test_an_edge_rule_says_whether_it_holds_and_waits_for_the_next_crossing(line: Line, owner: UUID) -> None:
    assert add(line, owner).holds_now is False, "no price is known"
    line.send(price(1, "101"))
    line.run()
    saved = add(line, owner)
    assert (saved.holds_now, saved.fired) == (True, False)
    assert add(line, owner, trigger="level").holds_now is None
    assert add(line, owner, conditions=ABOVE[1:]).holds_now is None, "it names no asset"
    line.send(price(2, "102"))
    line.run()
    with line.worker.transaction() as connection:
        found = connection.execute("SELECT 1 FROM alert_history WHERE alert_rule_id = %s", (saved.rule.id,)).fetchall()
    assert found == []


@pytest.mark.parametrize("more", [{}, {"hysteresis": "5"}, {"cooldown_seconds": 300}])
def test_it_fires_once_where_that_is_asked_and_then_as_if_it_had_crossed(
    line: Line, owner: UUID, more: dict[str, Any]
) -> None:
    line.send(price(1, "101"), price(2, "50", asset="OTHER"))
    line.run()
    saved = add(line, owner, fire_if_true=True, **more)
    assert (saved.holds_now, saved.fired) == (True, True)
    assert line.fired() == [("p1", False)]
    assert line.count("notification_deliveries") == 1
    line.run()
    line.send(price(3, "102"), price(4, "98"), price(5, "103"))
    line.run()
    assert line.fired() == [("p1", False)] + ([] if more else [("p5", False)])


def test_what_does_not_hold_does_not_fire(line: Line, owner: UUID) -> None:
    line.send(price(1, "99"))
    line.run()
    saved = add(line, owner, fire_if_true=True)
    assert (saved.holds_now, saved.fired, line.fired()) == (False, False, [])


@pytest.mark.parametrize("more", [{}, {"hysteresis": "5"}, {"cooldown_seconds": 300}])
def test_it_fires_though_its_first_price_was_judged_before_the_matcher_had_it(
    line: Line, owner: UUID, more: dict[str, Any]
) -> None:
    """A poll that another rule began comes between the making of a rule and its matcher's next look at rules."""
    line.run()
    saved = add(line, owner, fire_if_true=True, **more)
    assert (saved.holds_now, saved.fired) == (False, False)
    line.send(price(1, "101"))
    line.shard._followed = time.monotonic()  # it has looked just now, and does not know the rule
    line.shard.step(0.05)
    assert line.fired() == []
    line.run()
    assert line.fired() == [("p1", False)]
    assert line.count("notification_deliveries") == 1
    line.run()
    line.send(price(3, "102"), price(4, "98"), price(5, "103"))
    line.run()
    add(line, owner)  # which has the matcher look at its rules again
    line.run()
    assert line.fired() == [("p1", False)] + ([] if more else [("p5", False)])


def test_one_that_was_not_asked_to_waits_for_the_next_crossing(line: Line, owner: UUID) -> None:
    line.run()
    add(line, owner)
    line.send(price(1, "101"))
    line.shard._followed = time.monotonic()
    line.shard.step(0.05)
    line.run()
    assert line.fired() == []


def test_who_takes_over_fires_what_the_owner_before_had_no_time_for(line: Line, owner: UUID) -> None:
    line.run()
    add(line, owner, fire_if_true=True)
    line.send(price(1, "101"))
    line.shard._followed = time.monotonic()
    line.shard.step(0.05)
    line.lease.release()
    line.shard = line.begin("second")
    assert line.fired() == [("p1", False)]


@pytest.mark.parametrize("changes", [{"trigger": "level"}, {"enabled": False}, {"conditions": ABOVE[1:]}])
def test_only_an_edge_rule_that_names_its_asset_may_ask(line: Line, owner: UUID, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="fire_if_true"):
        add(line, owner, fire_if_true=True, **changes)
