"""What tiers allow is one table, and routes ask it."""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise
from uuid import UUID

import pytest

from handlers.runtime.requests.needs import needs, needs_of
from premium.entitlements import ENTITLEMENTS, entitlements, lowest_with
from premium.errors import TierRequired
from premium.principal import Principal
from premium.tiers import Tier

pytestmark = pytest.mark.unit


def test_a_tier_allows_at_least_what_those_before_it_do() -> None:
    assert list(ENTITLEMENTS) == list(Tier)
    allowed = list(ENTITLEMENTS.values())
    for before, after in pairwise(allowed):
        assert before.services < after.services
        numbers = [field.name for field in fields(before) if field.name != "services"]
        assert all(getattr(before, name) <= getattr(after, name) for name in numbers)


def test_the_table_is_that_of_the_product() -> None:
    minute = [each.requests_a_minute for each in ENTITLEMENTS.values()]
    month = [each.requests_a_month for each in ENTITLEMENTS.values()]
    assert minute == [100, 1_000, 10_000, 100_000]
    assert month == [10_000, 1_000_000, 10_000_000, 100_000_000]
    assert [lowest_with(each) for each in ("alerts", "tax", "api_keys")] == [Tier.STARTER, Tier.PRO, Tier.ENTERPRISE]


def test_a_route_asks_for_a_service_of_the_callers_tier() -> None:
    @needs(service="tax")
    def route() -> None: ...

    asked = needs_of(route)
    assert asked is not None
    assert asked.tier is Tier.PRO
    with pytest.raises(TierRequired, match="needs the tier pro or above"):
        asked._check(_caller(Tier.STARTER))
    asked._check(_caller(Tier.PRO))
    asked._check(_caller(Tier.ENTERPRISE))


@pytest.mark.parametrize("tier", list(Tier))
def test_a_route_of_no_service_asks_for_a_tier_and_those_above(tier: Tier) -> None:
    @needs(tier=tier.value)
    def route() -> None: ...

    asked = needs_of(route)
    assert asked is not None
    for each in Tier:
        if entitlements(each).requests_a_minute >= entitlements(tier).requests_a_minute:
            asked._check(_caller(each))
        else:
            with pytest.raises(TierRequired):
                asked._check(_caller(each))


def test_a_service_that_no_tier_has_is_an_error_of_the_import() -> None:
    with pytest.raises(ValueError, match="no tier has the service ponies: add it to"):
        needs(service="ponies")


def _caller(tier: Tier) -> Principal:
    return Principal(user_id=UUID(int=1), external_id="u", tier=tier)
