"""Declared rules of Germany."""

from decimal import Decimal

from premium.tax.days import year_later_bgb
from premium.tax.rules.base import Jurisdiction
from premium.tax.rules.conversions import BRIDGED, OWED, PLEDGED, RENAMED, SWAPPED, pools
from premium.tax.rules.currencies import CurrencyRule
from premium.tax.rules.receipts import LOWERS, Receipt, unsourced

_BMF = "BMF letter of 6 March 2025, IV C 1 - S 2256/00042/064/043 (10 May 2022 before)"
_ANY = "§ 22 Nr. 3 EStG, as what is earned by a service; no guidance that names it was found"
_RECEIPTS = {
    "fork": Receipt(
        "split", f"{_BMF}, Rn. 27, 66-68: cost by market prices, and the date of the coins before the fork"
    ),
    # Departs from the US and JP: § 22 Nr. 3 EStG taxes a service. The authority sees one early, see the source.
    "airdrop": Receipt(
        "nothing",
        unsourced(
            "no income, cost 0",
            "nothing was done in return; else kind reward, as of a form, of data, or of a domain that had to be held",
            "§ 22 Nr. 3 EStG; BMF of 10 May 2022, Rn. 70; Finanzbehörde Hamburg of 17 April 2023 (S 2257 - 2022/004):"
            " income where a service was done, and none is named for others",
        ),
    ),
    "staking": Receipt("income", f"§ 22 Nr. 3 EStG; {_BMF}"),
    "mining": Receipt("income", f"§ 22 Nr. 3 EStG (§ 15 of a business); {_BMF}"),
    "interest": Receipt("income", f"§ 22 Nr. 3 EStG; {_BMF}, Rn. 26"),
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
    code="DE",
    name="Germany",
    currency="EUR",
    zone="Europe/Berlin",
    methods=("fifo",),
    scopes=("per_wallet",),
    long_from=year_later_bgb,
    long_is_free=True,
    gifts_received="donor",
    yearly_amounts={
        "freigrenze": {2009: Decimal(600), 2024: Decimal(1000)},
        "income_freigrenze": {2009: Decimal(256)},
    },
    receipts=_RECEIPTS,
    conversions=_CONVERSIONS,
    currency_gains=CurrencyRule(
        "taxed",
        "§ 23 Abs. 1 Satz 1 Nr. 2 EStG, within a year of buying it (BMF of 19 May 2022, Rz. 131;"
        " money that bears interest: § 20 Abs. 2 Satz 1 Nr. 7)",
    ),
    source="§ 23 Abs. 1 Nr. 2, Abs. 3, § 22 Nr. 3 EStG; BMF letters of 10 May 2022 and 6 March 2025",
)
