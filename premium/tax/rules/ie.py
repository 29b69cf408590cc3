"""Declared rules of Ireland."""

from decimal import Decimal

from premium.tax.rules.base import Jurisdiction

RULES = Jurisdiction(
    code="IE",
    name="Ireland",
    currency="EUR",
    zone="Europe/Dublin",
    methods=("ie_fifo_four_week",),
    scopes=("universal",),
    gifts_at_market=True,
    losses_deductible=True,
    conversions=frozenset({"bridge"}),
    yearly_amounts={"annual_exemption": {2009: Decimal(1270)}},
    source="TCA 1997 ss 538, 580, 581, 601; Revenue Tax and Duty Manual Part 02-01-03",
)
