"""From signals and who holds the keys to findings: one a kind, with all its places as evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from premium.security.guards import Authority
from premium.security.labels import label
from premium.security.model import Evidence, Finding
from premium.security.score import WEIGHTS, milder
from premium.security.signals import Signal
from premium.security.wording import WORDS

MAX_EVIDENCE = 20


class Holder(NamedTuple):
    """Who an authority is now: kind `eoa`, `contract`, `multisig`, `timelock`, `renounced` or `unknown`."""

    kind: str
    address: str | None = None

    @property
    def text(self) -> str:
        return f"{self.kind} {self.address}" if self.address else self.kind


UNKNOWN = Holder("unknown")
ANYONE = Holder("anyone")
_MILDER = {"timelock": 1, "multisig": 1, "renounced": 4}
_DANGER = ("anyone", "unknown", "eoa", "contract", "multisig", "timelock", "renounced")


class Placed(NamedTuple):
    """A signal in the code at `address`, which runs on the storage of `storage_of`."""

    address: str
    storage_of: str
    signal: Signal


Holders = Mapping[tuple[str, Authority], Holder]
"""By the contract whose storage names the authority: the same slot elsewhere is another's."""


def findings(placed: Iterable[Placed], holders: Holders) -> tuple[Finding, ...]:
    """Worst first. A power in the hands of nobody only informs; behind a multisig or a timelock it is a step milder."""
    grouped: dict[str, list[Placed]] = defaultdict(list)
    for one in placed:
        grouped[one.signal.id].append(one)
    made = [_finding(id_, places, holders) for id_, places in grouped.items()]
    return tuple(sorted(made, key=lambda one: (-_rank(one), one.id)))


def _rank(finding: Finding) -> int:
    return list(type(finding.severity)).index(finding.severity)


def _finding(id_: str, places: list[Placed], holders: Holders) -> Finding:
    words, (severity, _) = WORDS[id_], WEIGHTS[id_]
    held = _worst_holder(places, holders) if any(one.signal.by for one in places) else None
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


def _worst_holder(places: list[Placed], holders: Holders) -> Holder:
    """Of several places the most dangerous holder; of several checks on one path the one hardest to pass."""
    per_place = (
        max((holders.get((one.storage_of, who), UNKNOWN) for who in one.signal.by), key=_safety)
        if one.signal.by
        else ANYONE
        for one in places
    )
    return min(per_place, key=_safety)


def _safety(holder: Holder) -> int:
    return _DANGER.index(holder.kind) if holder.kind in _DANGER else 1


def _evidence(place: Placed) -> Evidence:
    signal = place.signal
    selector = f"0x{signal.selector:08x}" if signal.selector is not None else None
    return Evidence(
        address=place.address,
        selector=selector,
        function=label(signal.selector),
        offset=signal.offset,
        slot=signal.slot,
        value=signal.value,
    )
