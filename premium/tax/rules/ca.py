"""Declared rules of Canada."""

from decimal import Decimal

from premium.tax.rules.base import Jurisdiction
from premium.tax.rules.currencies import CurrencyRule
from premium.tax.rules.receipts import Receipt

_PROPERTY = "ITA ss 9, 12(1)(c)"
_RECEIPTS = {
    "fork": Receipt("nothing", "ITA s 52 does not add to the cost: not income of an investor, cost nil"),
    "airdrop": Receipt("nothing", "not from a source (ITA s 3) unless it was earned, then kind reward; cost nil"),
    "staking": Receipt("income", _PROPERTY),
    "mining": Receipt("income", "ITA s 9; of a hobby it is not income: kind fork has its cost nil"),
    "interest": Receipt("income", _PROPERTY),
    "liquidity_reward": Receipt("income", _PROPERTY),
    "royalty": Receipt("income", "ITA s 12(1)(g)"),
    "reward": Receipt("income", _PROPERTY),
    "referral": Receipt("income", "ITA s 9"),
    "rebate": Receipt("market", "a rebate of a personal purchase is no income; its value is what was paid for it"),
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
    conversions=frozenset({"bridge"}),
    receipts=_RECEIPTS,
    currency_gains=CurrencyRule("yearly_exempt", "ITA s 39(1.1): $200 a year do not count", Decimal(200)),
    superficial_days=30,
    inclusion_rate=Decimal("0.5"),
    source="ITA ss 38, 47, 53(1)(f), 54 'superficial loss'; CRA Guide T4037",
)
