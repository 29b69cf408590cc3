"""Declared rules of Germany."""

from decimal import Decimal

from premium.tax.days import year_later_bgb
from premium.tax.rules.base import Jurisdiction

RULES = Jurisdiction(
    code="DE",
    name="Germany",
    currency="EUR",
    zone="Europe/Berlin",
    methods=("fifo",),
    scopes=("per_wallet",),
    long_from=year_later_bgb,
    gifts_received="donor",
    conversions=frozenset({"bridge"}),
    yearly_amounts={
        "freigrenze": {2009: Decimal(600), 2024: Decimal(1000)},
        "income_freigrenze": {2009: Decimal(256)},
    },
    source="§ 23 Abs. 1 Nr. 2, Abs. 3, § 22 Nr. 3 EStG; BMF letters of 10 May 2022 and 6 March 2025",
)
