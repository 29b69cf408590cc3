"""Declared rules of Japan."""

from premium.tax.rules.base import Jurisdiction
from premium.tax.rules.currencies import CurrencyRule
from premium.tax.rules.receipts import Receipt

_FAQ = "NTA guidance on crypto-assets (FAQ)"
_RECEIPTS = {
    "fork": Receipt("nothing", f"{_FAQ}: no value at the split, so no income and cost 0"),
    "airdrop": Receipt("income", "Income Tax Act art. 36: at market value where there is one, else nothing"),
    "staking": Receipt("income", _FAQ),
    "mining": Receipt("income", _FAQ),
    "interest": Receipt("income", _FAQ),
    "liquidity_reward": Receipt("income", _FAQ),
    "royalty": Receipt("income", "Income Tax Act art. 35"),
    "reward": Receipt("income", "Income Tax Act art. 36"),
    "referral": Receipt("income", "Income Tax Act art. 35"),
    "rebate": Receipt("market", "NTA No. 1907: points on purchases are a discount, not income"),
}

RULES = Jurisdiction(
    code="JP",
    name="Japan",
    currency="JPY",
    zone="Asia/Tokyo",
    methods=("total_average", "moving_average"),
    scopes=("pool",),
    gifts_at_market=True,
    conversions=frozenset({"bridge"}),
    receipts=_RECEIPTS,
    currency_gains=CurrencyRule("taxed", "Income Tax Act art. 35: miscellaneous income"),
    source="Income Tax Act arts 48-2, 40; NTA guidance on crypto-assets (FAQ)",
)
