"""Declared rules of the United Kingdom, for individuals and companies."""

from decimal import Decimal

from premium.tax.rules.base import Jurisdiction
from premium.tax.rules.currencies import CurrencyRule
from premium.tax.rules.receipts import Receipt

_MISC = "HMRC CRYPTO21200, CRYPTO61110: miscellaneous income"
_RECEIPTS = {
    "fork": Receipt("split", "TCGA 1992 ss 43, 52(4); HMRC CRYPTO22300, CRYPTO41600"),
    "airdrop": Receipt("nothing", "HMRC CRYPTO21250: no income where nothing was done in return; else kind reward"),
    "staking": Receipt("income", "HMRC CRYPTO21200"),
    "mining": Receipt("income", "HMRC CRYPTO21150"),
    "interest": Receipt("income", _MISC),
    "liquidity_reward": Receipt("income", _MISC),
    "royalty": Receipt("income", "ITTOIA 2005 s 579"),
    "reward": Receipt("income", _MISC),
    "referral": Receipt("income", _MISC),
    "rebate": Receipt("market", "HMRC Statement of Practice 4/97: cashbacks of ordinary customers are not income"),
}

RULES = Jurisdiction(
    code="GB",
    name="United Kingdom",
    currency="GBP",
    zone="Europe/London",
    year_starts=(4, 6),
    methods=("section_104", "section_104_company"),
    scopes=("pool",),
    gifts_at_market=True,
    loans_at_market=True,  # HMRC CRYPTO61600 ff.: beneficial ownership passes, both ways
    yearly_amounts={
        "annual_exempt_amount": {
            2009: Decimal(10100),
            2011: Decimal(10600),
            2013: Decimal(10900),
            2014: Decimal(11000),
            2015: Decimal(11100),
            2017: Decimal(11300),
            2018: Decimal(11700),
            2019: Decimal(12000),
            2020: Decimal(12300),
            2023: Decimal(6000),
            2024: Decimal(3000),
        },
    },
    receipts=_RECEIPTS,
    currency_gains=CurrencyRule("exempt", "TCGA 1992 ss 252, 269: money in a bank account, or for personal use"),
    source="TCGA 1992 ss 104-107; HMRC Cryptoassets Manual CRYPTO22200 ff.",
)
