"""Declared rules of France."""

from decimal import Decimal

from premium.tax.rules.base import Jurisdiction
from premium.tax.rules.conversions import OWED, PLEDGED, Conversion, pools
from premium.tax.rules.currencies import CurrencyRule
from premium.tax.rules.receipts import LOWERS, Receipt, unsourced

_BNC = unsourced(
    "income on receipt",
    "art. 92 CGI takes what no other category does; that mining and staking are taxed when sold only is disputed",
    "no source of the authority found (literature: Fini, Ingénierie patrimoniale 4-2024)",
)
_FREE = unsourced(
    "no income, cost 0",
    "nothing was paid (CGI art. 150 VH bis III B; BOI-RPPM-PVBMC-30-20 of 2 September 2019)",
    "no source of the authority found (literature differs: Fini, Ingénierie patrimoniale 4-2024)",
)
_RECEIPTS = {
    "fork": Receipt("nothing", _FREE),
    "airdrop": Receipt("nothing", _FREE),
    "staking": Receipt("income", _BNC),
    "mining": Receipt("income", _BNC),
    "interest": Receipt("income", _BNC),
    "liquidity_reward": Receipt("income", _BNC),
    "royalty": Receipt("income", _BNC),
    "reward": Receipt("income", _BNC),
    "referral": Receipt("income", _BNC),
    "rebate": Receipt("market", LOWERS),
}
_NEUTRAL = Conversion(
    "moves",
    "CGI art. 150 VH bis I, II; BOI-RPPM-PVBMC-30-10 (2 September 2019): digital assets for others are not taxed",
)
_CONVERSIONS = {
    "wrap": _NEUTRAL,
    "bridge": _NEUTRAL,
    "migration": _NEUTRAL,
    **pools(_NEUTRAL),
    "loan": OWED,
    "collateral": PLEDGED,
}

RULES = Jurisdiction(
    code="FR",
    name="France",
    currency="EUR",
    zone="Europe/Paris",
    methods=("fr_portfolio",),
    scopes=("portfolio",),
    yearly_amounts={"threshold": {2019: Decimal(305)}},
    receipts=_RECEIPTS,
    conversions=_CONVERSIONS,
    currency_gains=CurrencyRule(
        "exempt", unsourced("no gain of its own", "legal tender is money in art. 150 VH bis CGI, and ends the sale")
    ),
    source="Art. 150 VH bis CGI; BOI-RPPM-PVBMC-30; form 2086",
)
