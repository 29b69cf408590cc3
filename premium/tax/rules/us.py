"""Declared rules of the United States."""

from premium.tax.rules.base import TRANSITION, Jurisdiction

RULES = Jurisdiction(
    code="US",
    name="United States",
    currency="USD",
    zone="UTC",
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
    source="IRC §§ 1001, 1012, 1015, 1222; Treas. Reg. § 1.1012-1(j); Rev. Proc. 2024-28; Form 8949 instructions 2025",
)
