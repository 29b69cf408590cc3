"""Rules of no country: any lot method or average cost."""

from premium.tax.rules.base import Jurisdiction

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
    conversions=frozenset({"wrap", "bridge"}),
    source="none",
)
