"""Declared rules of the United Kingdom, for individuals and companies."""

from decimal import Decimal

from premium.tax.rules.base import Jurisdiction
from premium.tax.rules.conversions import RENAMED, Conversion, pools
from premium.tax.rules.currencies import CurrencyRule
from premium.tax.rules.receipts import LOWERS, Receipt, unsourced

_PAPER = (
    "HMRC policy paper 'Cryptoassets: tax for individuals' of December 2018 (Cryptoassets Manual since 30 March 2021)"
)
_DEFI = "HMRC Cryptoassets Manual, CRYPTO60000 ff. (decentralised finance), of 2 February 2022"
_ANY = "miscellaneous income, as CRYPTO21250 has it of what is given for a service; no guidance that names it was found"
_RECEIPTS = {
    "fork": Receipt("split", "TCGA 1992 ss 43, 52(4); HMRC CRYPTO41600"),
    # Departs from the US and JP: who does nothing for it has no income (and no cost), by HMRC's own words.
    "airdrop": Receipt(
        "nothing", "HMRC CRYPTO21250 (30 March 2021): no income where nothing was done in return; else kind reward"
    ),
    "staking": Receipt("income", _PAPER),
    "mining": Receipt("income", _PAPER),
    "interest": Receipt("income", _DEFI),
    "liquidity_reward": Receipt("income", _DEFI),
    "royalty": Receipt("income", _ANY),
    "reward": Receipt("income", "HMRC CRYPTO21250 (30 March 2021): given for a service"),
    "referral": Receipt("income", "HMRC CRYPTO21250 (30 March 2021): given for a service"),
    "rebate": Receipt("market", LOWERS),
}
_CONVERSIONS = {
    "wrap": Conversion("disposal", "HMRC CRYPTO22100: an exchange of tokens for others is a disposal"),
    "bridge": Conversion("disposal", "HMRC CRYPTO22100: an exchange of tokens for others is a disposal"),
    "migration": RENAMED,
    **pools(Conversion("disposal", "HMRC CRYPTO61620 (2 February 2022): where beneficial ownership passes")),
    "loan": Conversion(
        "market",
        "HMRC CRYPTO61630 (borrowed: an acquisition for the value of the promise), CRYPTO61650 and example 61676"
        " (given back: a disposal at market value)",
    ),
    "collateral": Conversion(
        "moves",
        unsourced(
            "a move",
            "the file does not tell the terms: state a sale and a purchase where the platform may deal with them",
            f"{_DEFI}: a disposal where the platform may deal with the tokens as it wishes",
        ),
    ),
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
    conversions=_CONVERSIONS,
    currency_gains=CurrencyRule(
        "exempt",
        unsourced(
            "no gain",
            "a balance at an exchange is read as a debt to its original creditor, which s 251(1) leaves out; of a"
            " company, or of money held in trust, it is not",
            "a balance at a bank is exempt (TCGA 1992 ss 251(1), 252 as of 6 April 2012); no source found for one at an"
            " exchange",
        ),
    ),
    source="TCGA 1992 ss 104-107; HMRC Cryptoassets Manual CRYPTO22200 ff.",
)
