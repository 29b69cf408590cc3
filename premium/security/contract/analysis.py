"""What a scan asks of a code alone, whatever address and chain it stands on."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict

from premium.security.contract.clashes import kept_apart
from premium.security.contract.initialisers import Initialisers, initialisers
from premium.security.contract.proxies import Target, target_of
from premium.security.detectors.analysis import profile_of, signals_of
from premium.security.detectors.control import delegate_slots
from premium.security.detectors.coverage import forwards, is_complete
from premium.security.detectors.signals import Signal
from premium.security.evm.slots import PROXY_SLOTS

_IMPLEMENTATION = 0x5C60DA1B


class CodeAnalysis(BaseModel):
    """Facts of one runtime code; equal codes have equal facts."""

    model_config = ConfigDict(frozen=True)

    entries: dict[int, int]
    """Selectors of its functions to their places."""
    numerator: int
    denominator: int
    """Of the share of its bytes that was explored."""
    complete: bool
    forwards: bool
    target: Target | None
    """Where its fallback hands calls to."""
    kept_apart: dict[int, int]
    """Functions that it keeps for itself, where it is a proxy."""
    initialisers: Initialisers
    signals: tuple[Signal, ...]
    written: frozenset[str]
    """Variables that it writes: only for these it matters whether a proxy runs what they name."""
    shown: frozenset[str]
    """Variables that its view `implementation()` answers from."""

    @property
    def share(self) -> Fraction:
        """Return the share of the bytes that was explored."""
        return Fraction(self.numerator, self.denominator)


Analyst: TypeAlias = Callable[[bytes], CodeAnalysis]
"""Gives the analysis of a code: made anew, or kept from before."""


def analysed(code: bytes) -> CodeAnalysis:
    """Explore a runtime code and keep what scans ask of it."""
    profile = profile_of(code)
    found = profile.found
    shown = {
        profile.slots.shape(slot)
        for path in found.paths
        if path.selector == _IMPLEMENTATION and path.returned is not None
        for slot in profile.slots.loads(path.returned)
    }
    return CodeAnalysis(
        entries={key: at for key, at in found.entries.items() if key is not None},
        numerator=found.share.numerator, denominator=found.share.denominator,
        complete=is_complete(profile), forwards=forwards(profile), target=target_of(profile),
        kept_apart=kept_apart(profile), initialisers=initialisers(profile), signals=signals_of(profile),
        written=frozenset(profile.writers) - PROXY_SLOTS - frozenset(delegate_slots(profile)), shown=frozenset(shown),
    )  # fmt: skip


def signals_in(made: CodeAnalysis, code: bytes, *, runs: frozenset[str]) -> tuple[Signal, ...]:
    """Return what is found in a code where a proxy runs what some variables name.

    It is explored again only where it writes one of those that nobody runs by themselves.
    """
    return signals_of(profile_of(code), runs=runs) if runs & made.written else made.signals
