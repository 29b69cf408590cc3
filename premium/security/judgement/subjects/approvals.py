"""Judge allowances that stand: what each exposes, to whom, and how it is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from premium.chains.addresses import checksum
from premium.security.judgement.answer import merged
from premium.security.judgement.scene import Found, Place, Scene, found, labels
from premium.security.knowledge.known import Knowledge
from premium.security.model import Finding
from premium.security.report.catalogue import CATALOGUE
from premium.security.report.score import risk_score

_FULL_160 = (1 << 160) - 1


class Standing(NamedTuple):
    """An allowance as it stands; addresses in lower case; `via` erc20, operator or permit2."""

    token: str
    spender: str
    via: str
    amount: int
    balance: int
    block: int
    until: int | None
    revoke_to: str
    revoke_data: str


def listed(allowances: Iterable[Standing], known: Knowledge) -> list[dict[str, Any]]:
    """Return the allowances with their findings, the gravest and largest first."""
    made = [_told(each, known) for each in allowances]
    return sorted(made, key=lambda one: (-one["risk_score"], one["token"], one["spender"]))


def _told(one: Standing, known: Knowledge) -> dict[str, Any]:
    unlimited = one.via == "operator" or known.unlimited(one.token, one.amount) or one.amount >= _FULL_160
    seen = merged(_findings(one, known, unlimited=unlimited))
    findings = [
        Finding(
            id=each.id,
            severity=each.severity,
            basis=each.basis,
            holder=each.holder,
            title=CATALOGUE[each.id].title,
            meaning=CATALOGUE[each.id].meaning,
            advice=CATALOGUE[each.id].advice,
        )
        for each in seen
    ]
    return {
        "token": checksum(one.token), "spender": checksum(one.spender), "amount": str(one.amount),
        "unlimited": unlimited, "via": one.via, "since_block": one.block, "until": one.until,
        "exposure": str(one.balance if unlimited else min(one.amount, one.balance)),
        "spender_name": known.name(one.spender), "findings": [each.model_dump(mode="json") for each in findings],
        "risk_score": risk_score(findings), "revoke": {"to": checksum(one.revoke_to), "data": one.revoke_data},
    }  # fmt: skip


def _findings(one: Standing, known: Knowledge, *, unlimited: bool) -> Iterator[Found]:
    scene, place, is_known = Scene(known), Place(address=one.token), known.is_known(one.spender)
    yield from labels(one.spender, scene, place)
    yield found("allowance_open", place, holder=one.spender, value=one.amount, basis="code")
    if one.via == "operator":
        yield found("approval_all", place, known=is_known, holder=one.spender, basis="code")
    elif unlimited:
        yield found("approval_unlimited", place, known=is_known, holder=one.spender, value=one.amount, basis="code")
    if known.has_no_code(one.spender):
        yield found("spender_account", place, holder=one.spender, basis="code")
    elif not is_known:
        yield found("spender_unknown", place, holder=one.spender, basis="code")
