"""List the catalogue: every finding with its severities, weight and words."""

from __future__ import annotations

from typing import Any

from premium.security.model import Severity
from premium.security.report.call_entries import CALL_ENTRIES
from premium.security.report.catalogue import CATALOGUE
from premium.security.report.code_entries import CODE_ENTRIES
from premium.security.report.other_entries import OTHER_ENTRIES
from premium.security.report.score import WEIGHTS


def catalogue() -> list[dict[str, Any]]:
    """Return every finding with its severity, for known counterparts too, its weight and its words."""
    return [
        {
            "id": id_, "severity": severity.value, "severity_known": _known(id_, severity).value, "weight": weight,
            "title": CATALOGUE[id_].title, "meaning": CATALOGUE[id_].meaning, "advice": CATALOGUE[id_].advice,
        }
        for id_, (severity, weight) in sorted(WEIGHTS.items())
    ]  # fmt: skip


def _known(id_: str, severity: Severity) -> Severity:
    entry = CALL_ENTRIES.get(id_) or CODE_ENTRIES.get(id_) or OTHER_ENTRIES.get(id_)
    return entry.known if entry else severity
