"""Words for cost-basis methods and lot scopes."""

from __future__ import annotations

METHODS = (
    "fifo",
    "lifo",
    "hifo",
    "lofo",
    "specific_id",
    "section_104",
    "section_104_company",
    "acb",
    "average",
    "fr_portfolio",
    "ie_fifo_four_week",
    "total_average",
    "moving_average",
)
SCOPES = ("universal", "per_wallet", "pool", "portfolio")
LOT_METHODS = ("fifo", "lifo", "hifo", "lofo", "specific_id")
POOLED = ("section_104", "section_104_company", "acb", "average", "total_average", "moving_average")
ALIASES = {"average_cost": "average", "s104": "section_104", "spec_id": "specific_id"}
