"""Score lists of findings, and print the catalogue and its weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from time import perf_counter
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from premium.cases import Case, CaseError, Kind
from premium.refusals import nearest, shown
from premium.security.judgement.answer import HARM
from premium.security.model import Finding, Severity
from premium.security.report.catalogue import CATALOGUE
from premium.security.report.score import WEIGHTS, factors

_ORDER = tuple(Severity)
_MOST = 10_000


class StatedFinding(BaseModel):
    """A finding by its id, at a severity."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    severity: Severity


class ScoreCase(Case):
    """Findings to be scored."""

    findings: list[StatedFinding] = Field(max_length=_MOST)


def _answered(case: ScoreCase) -> Mapping[str, Any]:
    started = perf_counter()
    listed = [_finding(each) for each in case.findings]
    grade = max((each.severity for each in listed), key=_ORDER.index, default=Severity.INFO)
    parts = factors(listed)
    return {
        "risk_score": sum(each.points for each in parts),
        "factors": [{"id": each.id, "points": each.points} for each in parts],
        "verdict": _verdict(listed, grade),
        "severity": "none" if grade == Severity.INFO else grade.value,
        "complete": True,
        "unknowns": [],
        "summary": [],
        "findings": [
            {"id": each.id, "severity": each.severity.value, "basis": None, "holder": None, "evidence": []}
            for each in sorted(listed, key=lambda one: (-_ORDER.index(one.severity), one.id))
        ],
        "milliseconds": round((perf_counter() - started) * 1000, 3),
    }


def _verdict(listed: list[Finding], grade: Severity) -> str:
    if any(each.id in HARM for each in listed):
        return "malicious"
    if grade in (Severity.HIGH, Severity.CRITICAL):
        return "danger"
    return "caution" if grade == Severity.MEDIUM else "clear"


def _finding(given: StatedFinding) -> Finding:
    words = CATALOGUE.get(given.id)
    if words is None:
        near = nearest(given.id, CATALOGUE)
        hint = f"; {near} is near" if near else ""
        raise CaseError("invalid_field", f"findings: there is no finding {shown(given.id)}{hint}")
    return Finding(id=given.id, severity=given.severity, title=words.title, meaning=words.meaning, advice=words.advice)


KINDS = (Kind("score", frozenset(), ScoreCase, _answered),)


def weights() -> Iterator[tuple[str, Severity, int]]:
    """Yield id, usual severity and weight of every finding, the gravest first."""
    for id_, (severity, weight) in sorted(
        WEIGHTS.items(), key=lambda row: (-_ORDER.index(row[1][0]), -row[1][1], row[0])
    ):
        yield id_, severity, weight
