"""Declared rules of the United States."""

from decimal import Decimal

from premium.tax.rules.base import TRANSITION, Jurisdiction
from premium.tax.rules.conversions import BRIDGED, OWED, PLEDGED, RENAMED, Conversion, pools
from premium.tax.rules.currencies import CurrencyRule
from premium.tax.rules.receipts import LOWERS, Receipt, unsourced

_RULING = "Rev. Rul. 2019-24 of 9 October 2019: income once it can be disposed of"
_ANY = "IRC § 61(a), as every receipt of property (Notice 2014-21); no guidance that names it was found"
_RECEIPTS = {
    "fork": Receipt("income", _RULING),
    "airdrop": Receipt("income", _RULING),
    "staking": Receipt("income", "Rev. Rul. 2023-14: income when there is dominion and control"),
    "mining": Receipt("income", "Notice 2014-21: income at its value on receipt"),
    "interest": Receipt("income", _ANY),
    "liquidity_reward": Receipt("income", _ANY),
    "royalty": Receipt("income", _ANY),
    "reward": Receipt("income", _ANY),
    "referral": Receipt("income", _ANY),
    "rebate": Receipt("market", LOWERS),
}
_OPEN = "no source found (Notice 2024-57, I.R.B. 2024-29, leaves the reporting open)"
_CONVERSIONS = {
    "wrap": Conversion("moves", unsourced("no disposal", "the wrapped token is a claim to the very units", _OPEN)),
    "bridge": BRIDGED,
    "migration": RENAMED,
    **pools(
        Conversion("disposal", unsourced("an exchange", "a token that differs in kind is received (IRC § 1001)", _OPEN))
    ),
    "loan": OWED,
    "collateral": PLEDGED,
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
    documents=(
        "form_8949_pdf",
        "form_8949_csv",
        "schedule_d_pdf",
        "schedule_d_csv",
        "turbotax_txf",
        "summary_pdf",
        "audit_csv",
        "result_json",
    ),
    receipts=_RECEIPTS,
    conversions=_CONVERSIONS,
    currency_gains=CurrencyRule(
        "small_exempt",
        "IRC § 988(e)(2): personal gains up to $200 a transaction, beyond it ordinary income; what is paid in a"
        " business or with expenses under § 212 is not personal (§ 988(e)(3)): then each gain counts",
        Decimal(200),
    ),
    source="IRC §§ 1001, 1012, 1015, 1222; Treas. Reg. § 1.1012-1(j); Rev. Proc. 2024-28; Form 8949 instructions 2025",
)
