"""Judge sources by their faults."""

from __future__ import annotations

from typing import Any

from premium.security.judgement.answer import answer
from premium.security.judgement.scene import Found
from premium.security.model import Severity
from premium.security.report.catalogue import CATALOGUE
from premium.security.report.score import WEIGHTS
from premium.security.source.judged import Read
from premium.security.source.model import Fault

_TOOL = "own"
_SEVERITIES = {"low": Severity.LOW, "medium": Severity.MEDIUM, "high": Severity.HIGH}


def source_answer(found: Read, different: bool | None) -> dict[str, Any]:
    """Return what every answer has, one finding a fault.

    `different`: the code is not the sources'; None where nobody asked or nobody can tell.
    """
    unknowns = unread(found)
    listed = [fault_found(each) for each in found.faults]
    if different:
        listed.append(other_code())
    told = answer(listed, unknowns, _summary(found))
    shown = [_shown(each) for each in found.faults]
    rest = [each for each in told["findings"] if each["id"] == "source_differs"]
    order = list(Severity)
    findings = sorted([*shown, *rest], key=lambda one: (-order.index(Severity(one["severity"])), one["id"]))
    return {**told, "findings": findings}


def unread(found: Read) -> list[str]:
    """Return what could not be read of sources, a sentence each."""
    cut = [f"{name} is too large or too deeply nested to be read to its end" for name in found.unread]
    return [*cut, *(f"{name} has assembly, which was not read" for name in found.assembly)]


def other_code() -> Found:
    """Return the finding that sources are not those of the code."""
    return Found("source_differs", WEIGHTS["source_differs"][0], None, (), "source")


def fault_found(fault: Fault) -> Found:
    """Return a fault as a finding."""
    return Found(f"source_{fault.category}", _SEVERITIES[fault.severity], None, evidence_of(fault), "source")


def evidence_of(fault: Fault) -> tuple[tuple[str, str], ...]:
    """Return file, first line and function of a fault."""
    where = f"{fault.contract}.{fault.function}" if fault.function else fault.contract
    return (("file", fault.file), ("line", str(fault.lines[0])), ("function", where))


def _shown(fault: Fault) -> dict[str, Any]:
    id_ = f"source_{fault.category}"
    words = CATALOGUE[id_]
    evidence = [{"file": fault.file, "line": str(line), "function": fault.function} for line in fault.lines]
    return {
        "id": id_, "severity": fault.severity, "basis": "source", "title": words.title, "meaning": words.meaning,
        "advice": words.advice, "holder": None, "evidence": evidence, "category": fault.category, "file": fault.file,
        "lines": list(fault.lines), "scope": list(fault.scope), "contract": fault.contract,
        "function": fault.function or None, "confidence": fault.confidence, "tool": _TOOL, "check": fault.check,
    }  # fmt: skip


def _summary(found: Read) -> list[str]:
    return [
        f"{CATALOGUE[f'source_{each.category}'].title}: {each.file}, line {each.lines[0]}." for each in found.faults[:5]
    ]
