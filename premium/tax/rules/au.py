"""Declared rules of Australia."""

from decimal import Decimal

from premium.tax.rules.base import Jurisdiction
from premium.tax.rules.currencies import CurrencyRule
from premium.tax.rules.receipts import Receipt

_INCOME = "ITAA 1997 s 6-5; ATO, staking rewards and airdrops"
_RECEIPTS = {
    "fork": Receipt("nothing", "ATO, crypto chain splits: no income, cost base zero"),
    "airdrop": Receipt("nothing", "ATO: an initial allocation; a token that is traded already is kind reward"),
    "staking": Receipt("income", _INCOME),
    "mining": Receipt("income", "ITAA 1997 s 6-5"),
    "interest": Receipt("income", "ITAA 1997 s 6-5; ATO, decentralised finance"),
    "liquidity_reward": Receipt("income", "ITAA 1997 s 6-5; ATO, decentralised finance"),
    "royalty": Receipt("income", "ITAA 1997 ss 6-5, 15-20"),
    "reward": Receipt("income", _INCOME),
    "referral": Receipt("income", _INCOME),
    "rebate": Receipt("market", "TR 1999/6: rewards of a consumer's purchases are not income"),
}

RULES = Jurisdiction(
    code="AU",
    name="Australia",
    currency="AUD",
    zone="Australia/Sydney",
    year_starts=(7, 1),
    methods=("fifo", "lifo", "hifo", "specific_id"),
    scopes=("universal", "per_wallet"),
    gifts_at_market=True,
    losses_deductible=True,
    loans_at_market=True,  # ATO, 'Decentralised finance': a change of beneficial ownership is a CGT event
    conversions=frozenset({"bridge"}),
    discount_rate=Decimal("0.5"),
    receipts=_RECEIPTS,
    currency_gains=CurrencyRule("taxed", "ITAA 1997 Div 775; the limited balance election is not made"),
    source="ITAA 1997 ss 102-5, 104-10, 104-20, 115-25, 116-30; TD 33 and ATO guidance on crypto assets",
)
