"""Judge a contract by the findings of its code and by its labels."""

from __future__ import annotations

from typing import Any

from premium.security.judgement.answer import answer
from premium.security.judgement.scene import Found, Place, Scene, labels
from premium.security.knowledge.known import Knowledge
from premium.security.model import ContractScan, Finding, Severity


def contract_answer(
    made: ContractScan, known: Knowledge, missing: tuple[str, ...] = (), measured: tuple[Found, ...] = ()
) -> dict[str, Any]:
    """Return what every answer has: what was measured, findings of code, labels of the contract."""
    unknowns = [*missing, *(() if made.complete else ("part of the code could not be read",))]
    found = [
        *measured,
        *code_findings(made, known),
        *labels(made.target.lower(), Scene(known), Place(address=made.target)),
    ]
    return answer(found, unknowns, [one.title for one in made.findings[:5]])


def code_findings(made: ContractScan, known: Knowledge) -> list[Found]:
    """Return the findings of a contract's code, milder where a label knows the issuer."""
    issuer = known.is_known(made.target.lower())
    return [each for one in made.findings for each in _found(one, issuer=issuer)]


def _found(finding: Finding, *, issuer: bool) -> list[Found]:
    """A finding of code at each of its places.

    What only a labelled contract's own powers can do is at most low.
    """
    places = tuple(
        tuple((key, str(value)) for key, value in place.model_dump().items() if value is not None)
        for place in finding.evidence
    ) or ((),)
    held = finding.holder is not None and finding.holder != "anyone"
    mild = issuer and held and finding.severity is not Severity.INFO
    grade = Severity.LOW if mild else finding.severity
    return [Found(finding.id, grade, finding.holder, place, "code") for place in places]
