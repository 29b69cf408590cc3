"""Declared rules of France."""

from decimal import Decimal

from premium.tax.rules.base import Jurisdiction
from premium.tax.rules.currencies import CurrencyRule
from premium.tax.rules.receipts import Receipt

_BNC = "CGI art. 92; BOI-BNC-CHAMP-10-10-20-40"
_FREE = "CGI art. 150 VH bis III: only what was paid counts as acquisition price; nothing was"
_RECEIPTS = {
    "fork": Receipt("nothing", _FREE),
    "airdrop": Receipt("nothing", _FREE),
    "staking": Receipt("income", _BNC),
    "mining": Receipt("income", _BNC),
    "interest": Receipt("income", "CGI art. 92"),
    "liquidity_reward": Receipt("income", "CGI art. 92"),
    "royalty": Receipt("income", "CGI art. 92"),
    "reward": Receipt("income", "CGI art. 92"),
    "referral": Receipt("income", "CGI art. 92"),
    "rebate": Receipt("market", "a rebate lowers the price of what was bought: no income"),
}

RULES = Jurisdiction(
    code="FR",
    name="France",
    currency="EUR",
    zone="Europe/Paris",
    methods=("fr_portfolio",),
    scopes=("portfolio",),
    conversions=frozenset({"wrap", "bridge", "lp_add", "lp_remove"}),
    yearly_amounts={"threshold": {2019: Decimal(305)}},
    receipts=_RECEIPTS,
    currency_gains=CurrencyRule("exempt", "legal tender is money in art. 150 VH bis CGI"),
    source="Art. 150 VH bis CGI; BOI-RPPM-PVBMC-30; form 2086",
)
