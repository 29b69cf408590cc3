"""The risk score: one table of weights; more bad evidence never lowers the score.

A finding's weight is the part, in per cent, of the remaining trust that it takes away; the score is what is gone:
`100 - 100 * Π (1 - w)`. Each finding counts once, however often it occurs.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from premium.security.model import Finding, Severity

_ORDER = tuple(Severity)

WEIGHTS: dict[str, tuple[Severity, int]] = {
    "mint": (Severity.HIGH, 45),
    "open_mint": (Severity.CRITICAL, 90),
    "confiscate": (Severity.HIGH, 50),
    "pause": (Severity.MEDIUM, 20),
    "blacklist": (Severity.MEDIUM, 25),
    "transfer_limit": (Severity.MEDIUM, 15),
    "external_gate": (Severity.MEDIUM, 20),
    "fee_setting": (Severity.HIGH, 40),
    "transfer_fee": (Severity.LOW, 8),
    "honeypot": (Severity.CRITICAL, 95),
    "hidden_tax": (Severity.HIGH, 50),
    "selfdestruct": (Severity.HIGH, 45),
    "open_selfdestruct": (Severity.CRITICAL, 90),
    "arbitrary_delegatecall": (Severity.HIGH, 40),
    "open_delegatecall": (Severity.CRITICAL, 90),
    "upgradeable": (Severity.HIGH, 40),
    "open_upgrade": (Severity.CRITICAL, 95),
    "open_ownership": (Severity.CRITICAL, 85),
    "tx_origin": (Severity.MEDIUM, 20),
    "withdraw": (Severity.LOW, 8),
    "withdraw_tokens": (Severity.LOW, 8),
    "opaque_proxy": (Severity.MEDIUM, 25),
    "incomplete": (Severity.INFO, 0),
    "owner_function": (Severity.INFO, 0),
    "proxy": (Severity.INFO, 0),
}
"""Finding -> its severity in the hands of one key, and its weight at that severity."""


def milder(severity: Severity, steps: int) -> Severity:
    """Return the severity some steps lower, at least `info`."""
    return _ORDER[max(0, _ORDER.index(severity) - steps)]


def weight(finding: Finding) -> Decimal:
    """Return a finding's weight in per cent.

    Halved by each step that it is milder than in the table; 0 where it only informs.
    """
    severity, most = WEIGHTS[finding.id]
    if finding.severity == Severity.INFO:
        return Decimal(0)
    steps = _ORDER.index(severity) - _ORDER.index(finding.severity)
    return Decimal(most) / Decimal(2 ** max(0, steps))


def risk_score(findings: Iterable[Finding]) -> int:
    """Return 0 (nothing found) to 100; each finding's id counts once, at its worst."""
    worst: dict[str, Decimal] = {}
    for one in findings:
        worst[one.id] = max(worst.get(one.id, Decimal(0)), weight(one))
    trust = Decimal(1)
    for lost in worst.values():
        trust *= 1 - lost / 100
    return int((100 * (1 - trust)).quantize(Decimal(1), ROUND_HALF_UP))
