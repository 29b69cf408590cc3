"""Declared rules of France."""

from decimal import Decimal

from premium.tax.rules.base import Jurisdiction

RULES = Jurisdiction(
    code="FR",
    name="France",
    currency="EUR",
    zone="Europe/Paris",
    methods=("fr_portfolio",),
    scopes=("portfolio",),
    conversions=frozenset({"wrap", "bridge", "lp_add", "lp_remove"}),
    yearly_amounts={"threshold": {2019: Decimal(305)}},
    source="Art. 150 VH bis CGI; BOI-RPPM-PVBMC-30; form 2086",
)
