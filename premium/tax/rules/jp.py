"""Declared rules of Japan."""

from premium.tax.rules.base import Jurisdiction

RULES = Jurisdiction(
    code="JP",
    name="Japan",
    currency="JPY",
    zone="Asia/Tokyo",
    methods=("total_average", "moving_average"),
    scopes=("pool",),
    gifts_at_market=True,
    conversions=frozenset({"bridge"}),
    source="Income Tax Act arts 48-2, 40; NTA guidance on crypto-assets (FAQ)",
)
