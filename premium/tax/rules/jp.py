"""Declared rules of Japan."""

from premium.tax.rules.base import Jurisdiction
from premium.tax.rules.conversions import BRIDGED, OWED, PLEDGED, RENAMED, SWAPPED, pools
from premium.tax.rules.currencies import CurrencyRule
from premium.tax.rules.receipts import LOWERS, Receipt, unsourced

_FAQ = "NTA, FAQ on the tax treatment of crypto-assets (June 2021 and later)"
_ANY = "Income Tax Act art. 36, at its value on receipt; no guidance that names it was found"
_RECEIPTS = {
    "fork": Receipt("nothing", f"{_FAQ}: no value at the split, so no income and cost 0"),
    # Departs from GB and DE: Japan taxes any economic benefit on receipt; a fork's has no value then, an airdrop's may.
    "airdrop": Receipt("income", unsourced("income", "what has a value is income on receipt (Income Tax Act art. 36)")),
    "staking": Receipt("income", f"{_FAQ}: mining, staking and the like, at market value"),
    "mining": Receipt("income", f"{_FAQ}: mining, staking and the like, at market value"),
    "interest": Receipt("income", f"{_FAQ}: mining, staking and the like, at market value"),
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
    code="JP",
    name="Japan",
    currency="JPY",
    zone="Asia/Tokyo",
    methods=("total_average", "moving_average"),
    scopes=("pool",),
    gifts_at_market=True,
    receipts=_RECEIPTS,
    conversions=_CONVERSIONS,
    currency_gains=CurrencyRule(
        "taxed", "Income Tax Act arts 35, 57-3: miscellaneous income (Tax Tribunal, 2 June 2016)"
    ),
    source="Income Tax Act arts 48-2, 40; NTA guidance on crypto-assets (FAQ)",
)
