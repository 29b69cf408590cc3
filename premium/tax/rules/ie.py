"""Declared rules of Ireland."""

from decimal import Decimal

from premium.tax.rules.base import Jurisdiction
from premium.tax.rules.conversions import BRIDGED, OWED, PLEDGED, RENAMED, SWAPPED, pools
from premium.tax.rules.currencies import CurrencyRule
from premium.tax.rules.receipts import LOWERS, Receipt, unsourced

_MANUAL = "Revenue, Tax and Duty Manual Part 02-01-03 (15 May 2018, revised April 2022): no special rules"
_ANY = f"TCA 1997 s 18 (Schedule D); {_MANUAL}"
_RECEIPTS = {
    "fork": Receipt(
        "nothing",
        unsourced("no income, cost 0", "nothing was given for it (TCA 1997 s 552), and it is no fruit", _MANUAL),
    ),
    "airdrop": Receipt("income", _ANY),
    "staking": Receipt("income", _ANY),
    "mining": Receipt("income", _ANY),
    "interest": Receipt("income", _ANY),
    "liquidity_reward": Receipt("income", _ANY),
    "royalty": Receipt("income", _ANY),
    "reward": Receipt("income", _ANY),
    "referral": Receipt("income", _ANY),
    "rebate": Receipt("market", LOWERS),
}
_CONVERSIONS = {
    "wrap": SWAPPED,
    "bridge": BRIDGED,
    "migration": RENAMED,
    **pools(SWAPPED),
    "loan": OWED,
    "collateral": PLEDGED,
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
    yearly_amounts={"annual_exemption": {2009: Decimal(1270)}},
    receipts=_RECEIPTS,
    conversions=_CONVERSIONS,
    currency_gains=CurrencyRule(
        "taxed", "TCA 1997 s 532(b): any currency but the euro is an asset (Revenue Tax and Duty Manual Part 19-01-14a)"
    ),
    source="TCA 1997 ss 538, 580, 581, 601; Revenue Tax and Duty Manual Part 02-01-03",
)
