"""Declared rules of Germany."""

from decimal import Decimal

from premium.tax.days import year_later_bgb
from premium.tax.rules.base import Jurisdiction
from premium.tax.rules.currencies import CurrencyRule
from premium.tax.rules.receipts import Receipt

_BMF = "BMF letters of 10 May 2022 and 6 March 2025"
_RECEIPTS = {
    "fork": Receipt("split", f"{_BMF}: no income; the cost and the date of the coins before the fork"),
    "airdrop": Receipt("nothing", f"{_BMF}: no income without a service in return (§ 22 Nr. 3 EStG); else kind reward"),
    "staking": Receipt("income", f"§ 22 Nr. 3 EStG; {_BMF}"),
    "mining": Receipt("income", f"§ 22 Nr. 3 EStG; {_BMF}"),
    "interest": Receipt("income", f"§ 22 Nr. 3 EStG; {_BMF}"),
    "liquidity_reward": Receipt("income", f"§ 22 Nr. 3 EStG; {_BMF}"),
    "royalty": Receipt("income", "§ 21 Abs. 1 Nr. 3 EStG"),
    "reward": Receipt("income", "§ 22 Nr. 3 EStG"),
    "referral": Receipt("income", "§ 22 Nr. 3 EStG"),
    "rebate": Receipt("market", "a rebate lowers the price of what was bought (§ 255 Abs. 1 HGB): no income"),
}

RULES = Jurisdiction(
    code="DE",
    name="Germany",
    currency="EUR",
    zone="Europe/Berlin",
    methods=("fifo",),
    scopes=("per_wallet",),
    long_from=year_later_bgb,
    gifts_received="donor",
    conversions=frozenset({"bridge"}),
    yearly_amounts={
        "freigrenze": {2009: Decimal(600), 2024: Decimal(1000)},
        "income_freigrenze": {2009: Decimal(256)},
    },
    receipts=_RECEIPTS,
    currency_gains=CurrencyRule("taxed", "§ 23 Abs. 1 Nr. 2 EStG, within a year of buying it"),
    source="§ 23 Abs. 1 Nr. 2, Abs. 3, § 22 Nr. 3 EStG; BMF letters of 10 May 2022 and 6 March 2025",
)
