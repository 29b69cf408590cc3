"""Judge a contract by the findings of its code and by its labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from premium.chains.addresses import keccak256
from premium.security.evm.disassembly import without_immutables
from premium.security.judgement.answer import answer
from premium.security.judgement.origins import skeleton
from premium.security.judgement.scene import Found, Place, Scene, found, labels
from premium.security.knowledge.known import HARMLESS, OF_PERSONS, Knowledge
from premium.security.model import ContractScan, Finding, Severity
from premium.security.report.score import WEIGHTS


def contract_answer(
    made: ContractScan, known: Knowledge, missing: tuple[str, ...] = (), measured: tuple[Found, ...] = ()
) -> dict[str, Any]:
    """Return what every answer has: what was measured, findings of code, labels of the contract."""
    unknowns = [*missing, *(() if made.complete else ("part of the code could not be read",))]
    listed = [
        *measured,
        *code_findings(made, known),
        *impersonations(made, known),
        *clones(made, known),
        *labels(made.target.lower(), Scene(known), Place(address=made.target)),
    ]
    return answer(listed, unknowns, [one.title for one in made.findings[:5]])


def clones(made: ContractScan, known: Knowledge) -> Iterator[Found]:
    """Find code that runs a listed contract's, or is it but for metadata and immutables."""
    runs = {hop.implementation.lower() for hop in made.proxies if hop.implementation is not None}
    for address, kind in sorted(known.listed.items()):
        code = known.code_bytes(address)
        if kind in OF_PERSONS or kind in HARMLESS or address == made.target.lower():
            continue
        alike = code is not None and f"0x{keccak256(without_immutables(code)).hex()}" in made.plain_hashes
        if alike or address in runs:
            place = Place(address=made.target)
            severity = WEIGHTS["clone_of_listed"][0]
            yield found("clone_of_listed", place, severity=severity, holder=address, value=kind, basis="label")
            return


def copies(made: ContractScan, listed: Mapping[str, str]) -> Iterator[Found]:
    """Find code that lists name at other addresses: kinds of harm by address."""
    for address, kind in sorted(listed.items()):
        place, severity = Place(address=made.target), WEIGHTS["clone_of_listed"][0]
        yield found("clone_of_listed", place, severity=severity, holder=address, value=kind, basis="label")
        return


def impersonations(made: ContractScan, known: Knowledge) -> Iterator[Found]:
    """Find a token that bears, to the eye, another known token's symbol."""
    target = made.target.lower()
    if made.symbol is None or "ERC-20" not in made.standards or known.is_known(target) or known.is_token(target):
        return
    looks = skeleton(_visible(made.symbol))
    for address, token in sorted(known.tokens.items()):
        if token.symbol and address.startswith("0x") and looks == skeleton(_visible(token.symbol)):
            place = Place(address=made.target)
            yield found(
                "impersonates", place, severity=Severity.HIGH, holder=address, value=token.shown, basis="code"
            )  # fmt: skip
            return


def _visible(text: str) -> str:
    """A symbol without what nobody sees."""
    return "".join(each for each in text if each.isprintable() and not each.isspace())


def code_findings(made: ContractScan, known: Knowledge) -> list[Found]:
    """Return the findings of a contract's code, milder where a label knows the issuer."""
    issuer = known.is_known(made.target.lower())
    return [each for one in made.findings for each in _found(one, issuer=issuer or _is_issuers(one, known))]


def _is_issuers(finding: Finding, known: Knowledge) -> bool:
    """Whether a labelled issuer holds the power."""
    return known.is_issuer((finding.holder or "").rpartition(" ")[2].lower())


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
