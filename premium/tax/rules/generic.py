"""Rules of no country: any lot method or average cost."""

from premium.tax.rules.base import Jurisdiction
from premium.tax.rules.conversions import Conversion

RULES = Jurisdiction(
    code="generic",
    name="Generic",
    currency="USD",
    any_currency=True,
    zone="UTC",
    methods=("fifo", "lifo", "hifo", "lofo", "specific_id", "average", "acb"),
    scopes=("universal", "per_wallet", "pool"),
    gifts_received="either",
    losses_deductible=True,
    conversions={
        kind: Conversion("moves", "rules of no country: basis and date go on")
        for kind in ("wrap", "bridge", "migration")
    },
    source="none",
)
