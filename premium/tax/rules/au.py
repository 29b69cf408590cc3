"""Declared rules of Australia."""

from decimal import Decimal

from premium.tax.rules.base import Jurisdiction
from premium.tax.rules.conversions import BRIDGED, RENAMED, Conversion, pools
from premium.tax.rules.currencies import CurrencyRule
from premium.tax.rules.receipts import LOWERS, Receipt, unsourced

_STAKING = "ATO, 'Staking rewards and airdrops' (29 June 2023)"
_DEFI = "ATO, 'Decentralised finance and wrapping crypto' (9 November 2023)"
_ANY = "ITAA 1997 s 6-5, as ordinary income; no guidance that names it was found"
_RECEIPTS = {
    "fork": Receipt("nothing", "ATO, 'Crypto chain splits' (16 June 2024): no income, cost base zero"),
    "airdrop": Receipt("nothing", f"{_STAKING}: an initial allocation; of an established token it is kind reward"),
    "staking": Receipt("income", _STAKING),
    "mining": Receipt("income", _ANY),
    "interest": Receipt("income", _DEFI),
    "liquidity_reward": Receipt("income", _DEFI),
    "royalty": Receipt("income", _ANY),
    "reward": Receipt("income", f"{_STAKING}: an established token"),
    "referral": Receipt("income", _ANY),
    "rebate": Receipt("market", LOWERS),
}
_CONVERSIONS = {
    "wrap": Conversion("disposal", f"{_DEFI}: wrapping and unwrapping exchange one asset for another"),
    "bridge": BRIDGED,
    "migration": RENAMED,
    **pools(Conversion("disposal", f"{_DEFI}: a CGT event on the way in and out")),
    "loan": Conversion("market", f"{_DEFI}: beneficial ownership ends, both ways"),
    "collateral": Conversion(
        "moves",
        unsourced(
            "a move",
            "the file does not tell the terms: state a sale and a purchase where ownership ends",
            f"{_DEFI}: many arrangements end beneficial ownership",
        ),
    ),
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
    discount_rate=Decimal("0.5"),
    receipts=_RECEIPTS,
    conversions=_CONVERSIONS,
    currency_gains=CurrencyRule(
        "taxed", "ITAA 1997 Div 775; the election for small balances (ss 775-225 ff.) is not made"
    ),
    source="ITAA 1997 ss 102-5, 104-10, 104-20, 115-25, 116-30; TD 33 and ATO guidance on crypto assets",
)
