"""Declared rules of Canada."""

from decimal import Decimal

from premium.tax.rules.base import Jurisdiction
from premium.tax.rules.conversions import BRIDGED, OWED, PLEDGED, RENAMED, SWAPPED, pools
from premium.tax.rules.currencies import CurrencyRule
from premium.tax.rules.receipts import LOWERS, Receipt, unsourced

_FREE = unsourced(
    "no income, cost nil", "it is from no source of income (ITA s 3) and nothing was given; earned it is kind reward"
)
_CRA = "CRA, 'Tax implications of mining and staking crypto-assets' (page of 13 December 2023)"
_ANY = "ITA s 9, as income from a business or property; no guidance that names it was found"
_RECEIPTS = {
    "fork": Receipt("nothing", _FREE),
    "airdrop": Receipt("nothing", _FREE),
    "staking": Receipt("income", _CRA),
    "mining": Receipt("income", f"{_CRA}; of a hobby it is not income: kind fork has its cost nil"),
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
    code="CA",
    name="Canada",
    currency="CAD",
    zone="UTC",
    westmost="America/Vancouver",
    methods=("acb", "average"),
    scopes=("pool",),
    gifts_at_market=True,
    losses_deductible=True,
    receipts=_RECEIPTS,
    conversions=_CONVERSIONS,
    currency_gains=CurrencyRule(
        "yearly_exempt", "ITA s 39(1.1): $200 a year do not count; CRA 2020-0868031I7 (27 October 2023)", Decimal(200)
    ),
    superficial_days=30,
    inclusion_rate=Decimal("0.5"),
    source="ITA ss 38, 47, 53(1)(f), 54 'superficial loss'; CRA Guide T4037",
)
