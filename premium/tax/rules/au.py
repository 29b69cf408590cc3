"""Declared rules of Australia."""

from decimal import Decimal

from premium.tax.rules.base import Jurisdiction

RULES = Jurisdiction(
    code="AU",
    name="Australia",
    currency="AUD",
    zone="Australia/Sydney",
    year_starts=(7, 1),
    methods=("fifo", "lifo", "hifo", "specific_id"),
    scopes=("universal", "per_wallet"),
    gifts_at_market=True,
    losses_deductible=True,
    conversions=frozenset({"bridge"}),
    discount_rate=Decimal("0.5"),
    source="ITAA 1997 ss 102-5, 104-10, 104-20, 115-25, 116-30; TD 33 and ATO guidance on crypto assets",
)
