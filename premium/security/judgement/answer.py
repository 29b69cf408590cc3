"""Put findings together: merged, worst first, with verdict, severity and score."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from premium.security.judgement.scene import Found
from premium.security.model import Finding, Severity
from premium.security.report.catalogue import CATALOGUE
from premium.security.report.score import risk_score

HARM = frozenset(
    {"sanctioned", "listed_address", "origin_listed", "clone_of_listed", "honeypot", "holders_trapped", "siphons",
     "outflow_unexplained"}
)  # fmt: skip
"""Evidence that harm is being done: a label in force, a trap measured, a loss that the call does not own up to."""
MAX_EVIDENCE = 20
_ORDER = tuple(Severity)


class Merged(NamedTuple):
    """Findings of one kind and holder as one, with every place."""

    id: str
    severity: Severity
    holder: str | None
    basis: str
    evidence: tuple[tuple[tuple[str, str], ...], ...]


def merged(found: Iterable[Found]) -> list[Merged]:
    """Return one finding for each id and holder, worst first, with the evidence of all."""
    kinds: dict[tuple[str, str | None, str], Merged] = {}
    for each in found:
        key = (each.id, each.holder, each.basis)
        before = kinds.get(key) or Merged(each.id, each.severity, each.holder, each.basis, ())
        grade = max(before.severity, each.severity, key=_ORDER.index)
        kinds[key] = before._replace(severity=grade, evidence=(*before.evidence, each.evidence))
    return sorted(kinds.values(), key=lambda one: (-_ORDER.index(one.severity), one.id, one.holder or ""))


def worst(found: Iterable[Found | Merged]) -> str:
    """Return the worst severity; info counts as none."""
    grade = max((each.severity for each in found), key=_ORDER.index, default=Severity.INFO)
    return "none" if grade == Severity.INFO else grade.value


def verdict(found: Iterable[Found | Merged], *, complete: bool) -> str:
    """Return malicious, danger, caution, clear or unknown."""
    listed = list(found)
    if any(each.id in HARM for each in listed):
        return "malicious"
    grade = worst(listed)
    if grade in ("high", "critical"):
        return "danger"
    if grade == "medium":
        return "caution"
    return "clear" if complete else "unknown"


def answer(found: Iterable[Found], unknowns: Iterable[str], summary: Iterable[str]) -> dict[str, Any]:
    """Return what every answer has."""
    listed, missing = merged(found), list(unknowns)
    return {
        "verdict": verdict(listed, complete=not missing),
        "severity": worst(listed),
        "risk_score": risk_score(_finding(each) for each in listed),
        "complete": not missing,
        "unknowns": missing,
        "summary": list(summary),
        "findings": [_shown(each) for each in listed],
    }


def _finding(found: Merged) -> Finding:
    words = CATALOGUE[found.id]
    return Finding(id=found.id, severity=found.severity, title=words.title, meaning=words.meaning, advice=words.advice)


def _shown(found: Merged) -> dict[str, Any]:
    words = CATALOGUE[found.id]
    evidence = list(dict.fromkeys(found.evidence))[:MAX_EVIDENCE]
    return {
        "id": found.id, "severity": found.severity.value, "basis": found.basis, "title": words.title,
        "meaning": words.meaning, "advice": words.advice, "holder": found.holder,
        "evidence": [dict(each) for each in evidence],
    }  # fmt: skip


class Withdrawal(NamedTuple):
    """A finding that staff withdrew: who, why, with what evidence, until when."""

    finding: str
    author: str
    reason: str
    evidence: str
    until: str


def without(told: dict[str, Any], withdrawn: Iterable[Withdrawal]) -> dict[str, Any]:
    """Return an answer in which withdrawn findings inform alone, and are shown as such."""
    by_id = {each.finding: each for each in withdrawn}
    if not any(each["id"] in by_id for each in told["findings"]):
        return told
    shown = [_without(each, by_id.get(each["id"])) for each in told["findings"]]
    shown.sort(key=lambda one: (-_ORDER.index(Severity(one["severity"])), one["id"], one["holder"] or ""))
    counted = [Merged(each["id"], Severity(each["severity"]), None, each["basis"], ()) for each in shown]
    real = [each for each in counted if each.id not in by_id]
    return {
        **told, "findings": shown, "severity": worst(real), "verdict": verdict(real, complete=told["complete"]),
        "risk_score": risk_score(map(_finding, counted)),
    }  # fmt: skip


def _without(shown: dict[str, Any], withdrawn: Withdrawal | None) -> dict[str, Any]:
    if withdrawn is None:
        return shown
    said = {name: value for name, value in withdrawn._asdict().items() if name != "finding"}
    return {**shown, "severity": Severity.INFO.value, "withdrawn": said}
