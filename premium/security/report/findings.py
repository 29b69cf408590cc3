"""Findings made from signals and controllers: one a kind, with its places as evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from premium.security.detectors.guards import Authority
from premium.security.detectors.signals import Signal
from premium.security.model import Evidence, Finding
from premium.security.report.catalogue import CATALOGUE
from premium.security.report.score import WEIGHTS, milder
from premium.security.report.selectors import signature_of

MAX_EVIDENCE = 20


class Controller(NamedTuple):
    """The party that holds an authority now.

    Kind: `eoa`, `contract`, `multisig`, `timelock`, `renounced`, `anyone` or `unknown`.
    """

    kind: str
    address: str | None = None

    @property
    def text(self) -> str:
        """Return kind and address as a finding's `holder` shows them."""
        return f"{self.kind} {self.address}" if self.address else self.kind


UNKNOWN = Controller("unknown")
ANYONE = Controller("anyone")
_MILDER = {"timelock": 1, "multisig": 1, "renounced": 4}
_DANGER = ("anyone", "unknown", "eoa", "contract", "multisig", "timelock", "renounced")


class Placed(NamedTuple):
    """A signal of the code at `address`, which runs on the storage of `storage_of`."""

    address: str
    storage_of: str
    signal: Signal


Controllers = Mapping[tuple[str, Authority], Controller]
"""By the contract whose storage names the authority: the same slot elsewhere is another's."""


def findings(placed: Iterable[Placed], controllers: Controllers) -> tuple[Finding, ...]:
    """Return one finding for each kind of signal, worst first.

    A power in the hands of nobody only informs; behind a multisig or a timelock it is a step milder.
    """
    grouped: dict[str, list[Placed]] = defaultdict(list)
    for one in placed:
        grouped[one.signal.id].append(one)
    made = [_finding(id_, places, controllers) for id_, places in grouped.items()]
    return tuple(sorted(made, key=lambda one: (-_rank(one), one.id)))


def _rank(finding: Finding) -> int:
    return list(type(finding.severity)).index(finding.severity)


def _finding(id_: str, places: list[Placed], controllers: Controllers) -> Finding:
    words, (severity, _) = CATALOGUE[id_], WEIGHTS[id_]
    held = _worst_controller(places, controllers) if any(one.signal.by for one in places) else None
    steps = _MILDER.get(held.kind, 0) if held else 0
    if places and all(one.signal.bounded for one in places):
        steps += 2
    return Finding(
        id=id_,
        severity=milder(severity, steps),
        title=words.title,
        meaning=words.meaning,
        advice=words.advice,
        holder=held.text if held else None,
        evidence=tuple(dict.fromkeys(_evidence(one) for one in places))[:MAX_EVIDENCE],
    )


def _worst_controller(places: list[Placed], controllers: Controllers) -> Controller:
    """Of several places the most dangerous party; of several checks on a path the safest."""
    per_place = (
        max((controllers.get((one.storage_of, who), UNKNOWN) for who in one.signal.by), key=_safety)
        if one.signal.by
        else ANYONE
        for one in places
    )
    return min(per_place, key=_safety)


def _safety(controller: Controller) -> int:
    return _DANGER.index(controller.kind) if controller.kind in _DANGER else 1


def _evidence(place: Placed) -> Evidence:
    signal = place.signal
    selector = f"0x{signal.selector:08x}" if signal.selector is not None else None
    return Evidence(
        address=place.address,
        selector=selector,
        function=signature_of(signal.selector),
        offset=signal.offset,
        slot=signal.slot,
        value=signal.value,
    )
