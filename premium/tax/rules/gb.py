"""Declared rules of the United Kingdom, for individuals and companies."""

from decimal import Decimal

from premium.tax.rules.base import Jurisdiction

RULES = Jurisdiction(
    code="GB",
    name="United Kingdom",
    currency="GBP",
    zone="Europe/London",
    year_starts=(4, 6),
    methods=("section_104", "section_104_company"),
    scopes=("pool",),
    gifts_at_market=True,
    yearly_amounts={
        "annual_exempt_amount": {
            2009: Decimal(10100),
            2011: Decimal(10600),
            2013: Decimal(10900),
            2014: Decimal(11000),
            2015: Decimal(11100),
            2017: Decimal(11300),
            2018: Decimal(11700),
            2019: Decimal(12000),
            2020: Decimal(12300),
            2023: Decimal(6000),
            2024: Decimal(3000),
        },
    },
    source="TCGA 1992 ss 104-107; HMRC Cryptoassets Manual CRYPTO22200 ff.",
)
