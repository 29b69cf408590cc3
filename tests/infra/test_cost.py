"""What the stages cost: everything has a price, floors hold, and dev is computed a second way, by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cdk_app.cost.bill import Bill, bill, templates_of
from cdk_app.cost.table import prices
from cdk_app.cost.usage import usage_of
from tests.infra.templates import Stage

pytestmark = pytest.mark.infra
CEILINGS = {"dev": 190, "staging": 350, "prod": 2000}
"""Of what is paid although nobody calls. A service more costs about 0.60 (its alarms), a secret more 0.40."""

# dev by hand, from AWS's price pages and a calculator, without our table or rules: dollars a month of 730 hours.
DEV_BY_HAND = {
    "database: t4g.medium 0.065 x 730, 20 GB x 0.115": "49.75",
    "time series: t4g.medium 0.0336 x 730, 36 GB x 0.08": "27.41",
    "cache: t4g.small 0.032 x 730": "23.36",
    "NAT: 0.045 x 730, its address 0.005 x 730, 10 GB x 0.045": "36.95",
    "firewall: 5, seven rules": "12.00",
    "keys: five": "5.00",
    "secrets: 28 x 0.40": "11.20",
    "alarms: 137 metrics looked at, ten free, x 0.10": "12.70",
    "metrics: 47 of filters and of our own, ten free, x 0.30": "11.10",
    "workers: 35 hours of half a processor and 1 GB": "0.69",
    "tables 0.38 + 0.45, secrets' calls 0.50, images 0.30, keys' calls 0.24, objects 0.12, mails 0.01": "2.00",
}


def of(stage: Stage) -> Bill:
    return bill(templates_of(stage.folder, stage.name), usage_of(stage.name), prices("us-east-1"))


def test_everything_has_a_price(stage: Stage) -> None:
    assert of(stage).unpriced == ()


def test_the_floors_hold(stage: Stage) -> None:
    assert of(stage).floor <= CEILINGS[stage.name]


def test_a_second_way_agrees_within_a_hundredth(stages: dict[str, Stage]) -> None:
    by_hand = sum(map(Decimal, DEV_BY_HAND.values()))
    total = of(stages["dev"]).total
    assert abs(total - by_hand) / by_hand < Decimal("0.01"), f"ours {total:.2f}, by hand {by_hand}"
