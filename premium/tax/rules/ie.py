"""Declared rules of Ireland."""

from decimal import Decimal

from premium.tax.rules.base import Jurisdiction
from premium.tax.rules.currencies import CurrencyRule
from premium.tax.rules.receipts import Receipt

_CASE_IV = "TCA 1997 s 18, Case IV; Revenue Tax and Duty Manual Part 02-01-03"
_RECEIPTS = {
    "fork": Receipt("nothing", "no special rule; TCA 1997 s 552 allows only what was given for the asset: nothing"),
    "airdrop": Receipt("income", _CASE_IV),
    "staking": Receipt("income", _CASE_IV),
    "mining": Receipt("income", _CASE_IV),
    "interest": Receipt("income", _CASE_IV),
    "liquidity_reward": Receipt("income", _CASE_IV),
    "royalty": Receipt("income", _CASE_IV),
    "reward": Receipt("income", _CASE_IV),
    "referral": Receipt("income", _CASE_IV),
    "rebate": Receipt("market", "a rebate lowers the price of what was bought: no income"),
}

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
    receipts=_RECEIPTS,
    currency_gains=CurrencyRule("taxed", "TCA 1997 s 532(b): any currency but the euro is an asset"),
    source="TCA 1997 ss 538, 580, 581, 601; Revenue Tax and Duty Manual Part 02-01-03",
)
