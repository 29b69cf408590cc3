"""Declared rules of the United States."""

from decimal import Decimal

from premium.tax.rules.base import TRANSITION, Jurisdiction
from premium.tax.rules.currencies import CurrencyRule
from premium.tax.rules.receipts import Receipt

_INCOME = "IRC § 61; Notice 2014-21"
_RECEIPTS = {
    "fork": Receipt("income", "Rev. Rul. 2019-24: income once it can be disposed of"),
    "airdrop": Receipt("income", "Rev. Rul. 2019-24"),
    "staking": Receipt("income", "Rev. Rul. 2023-14"),
    "mining": Receipt("income", "Notice 2014-21, A-8 and A-9"),
    "interest": Receipt("income", _INCOME),
    "liquidity_reward": Receipt("income", _INCOME),
    "royalty": Receipt("income", _INCOME),
    "reward": Receipt("income", _INCOME),
    "referral": Receipt("income", _INCOME),
    "rebate": Receipt("market", "a rebate lowers the price of what was bought: Rev. Rul. 76-96, Announcement 2002-18"),
}

RULES = Jurisdiction(
    code="US",
    name="United States",
    currency="USD",
    zone="UTC",
    westmost="Pacific/Honolulu",
    methods=("fifo", "lifo", "hifo", "specific_id"),
    scopes=("per_wallet", "universal"),
    default_scope=TRANSITION,
    gifts_received="donor",
    gift_loss_basis=True,
    conversions=frozenset({"wrap", "bridge"}),
    documents=(
        "form_8949_pdf",
        "form_8949_csv",
        "schedule_d_pdf",
        "schedule_d_csv",
        "turbotax_txf",
        "audit_csv",
        "result_json",
    ),
    receipts=_RECEIPTS,
    currency_gains=CurrencyRule(
        "small_exempt", "IRC § 988(e): personal gains up to $200 a transaction; beyond it ordinary income", Decimal(200)
    ),
    source="IRC §§ 1001, 1012, 1015, 1222; Treas. Reg. § 1.1012-1(j); Rev. Proc. 2024-28; Form 8949 instructions 2025",
)
