"""Declared rules of Canada."""

from decimal import Decimal

from premium.tax.rules.base import Jurisdiction

RULES = Jurisdiction(
    code="CA",
    name="Canada",
    currency="CAD",
    zone="UTC",
    methods=("acb", "average"),
    scopes=("pool",),
    gifts_at_market=True,
    losses_deductible=True,
    conversions=frozenset({"bridge"}),
    superficial_days=30,
    inclusion_rate=Decimal("0.5"),
    source="ITA ss 38, 47, 53(1)(f), 54 'superficial loss'; CRA Guide T4037",
)
