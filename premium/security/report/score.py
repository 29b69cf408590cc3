"""The risk score: a band for the worst finding, a place in it by all.

Source: services/security.md, "Score". A finding's weight is the part, in per cent, of the remaining trust that it
takes away at its usual severity; half of it a step milder, half of the trust that is left a step graver.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from premium.security.model import Finding, Severity
from premium.security.report.call_entries import CALL_ENTRIES
from premium.security.report.code_entries import CODE_ENTRIES
from premium.security.report.other_entries import OTHER_ENTRIES

_ORDER = tuple(Severity)

BANDS: dict[Severity, tuple[int, int]] = {
    Severity.INFO: (0, 0),
    Severity.LOW: (1, 24),
    Severity.MEDIUM: (25, 49),
    Severity.HIGH: (50, 79),
    Severity.CRITICAL: (80, 100),
}
"""Worst severity -> the least and the highest score: whatever is graver in its worst finding scores higher."""

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
    "code_opaque": (Severity.MEDIUM, 30),
    "incomplete": (Severity.INFO, 0),
    "owner_function": (Severity.INFO, 0),
    "proxy": (Severity.INFO, 0),
}
"""Finding -> its severity in the hands of one key, and its weight at that severity."""
_ENTRIES = {**CALL_ENTRIES, **CODE_ENTRIES, **OTHER_ENTRIES}
WEIGHTS |= {id_: (each.severity, each.weight) for id_, each in _ENTRIES.items()}


class Factor(NamedTuple):
    """What one kind of finding adds to a score.

    The points of all factors add up to it.
    """

    id: str
    points: int


def milder(severity: Severity, steps: int) -> Severity:
    """Return the severity some steps lower, at least `info`."""
    return _ORDER[max(0, _ORDER.index(severity) - steps)]


def weight(id_: str, severity: Severity) -> Decimal:
    """Return the part of the trust, 0 to 1, that a finding takes away.

    0 where it only informs.
    """
    usual, most = WEIGHTS[id_]
    part = Decimal(most or 1) / 100
    steps = _ORDER.index(severity) - _ORDER.index(usual)
    if severity == Severity.INFO:
        return Decimal(0)
    return part / (1 << -steps) if steps < 0 else 1 - (1 - part) / (1 << steps)


def factors(findings: Iterable[Finding]) -> tuple[Factor, ...]:
    """Return what each id adds to the score, most first.

    Each id counts once, at its worst.
    """
    worst: dict[str, Severity] = {}
    for one in findings:
        worst[one.id] = max(worst.get(one.id, Severity.INFO), one.severity, key=_ORDER.index)
    parts = {id_: weight(id_, severity) for id_, severity in sorted(worst.items())}
    score = _score(max(worst.values(), key=_ORDER.index, default=Severity.INFO), parts.values())
    return tuple(sorted(_shared(score, parts), key=lambda one: (-one.points, one.id)))


def risk_score(findings: Iterable[Finding]) -> int:
    """Return 0 (nothing found) to 100: the sum of the factors."""
    return sum(one.points for one in factors(findings))


def _score(worst: Severity, parts: Iterable[Decimal]) -> int:
    low, high = BANDS[worst]
    trust = Decimal(1)
    for part in parts:
        trust *= 1 - part
    return int((low + (high - low) * (1 - trust)).quantize(Decimal(1), ROUND_HALF_UP))


def _shared(score: int, parts: dict[str, Decimal]) -> list[Factor]:
    """Divide whole points by weight; what rounding leaves goes to the largest remainders."""
    total = sum(parts.values())
    if not total:
        return [Factor(id_, 0) for id_ in parts]
    exact = {id_: score * part / total for id_, part in parts.items()}
    points = {id_: int(share) for id_, share in exact.items()}
    left = score - sum(points.values())
    for id_ in sorted(exact, key=lambda id_: (points[id_] - exact[id_], id_))[:left]:
        points[id_] += 1
    return [Factor(id_, number) for id_, number in points.items()]
