"""The form of a catalogue's entry: severities, weight and words of a finding."""

from __future__ import annotations

from typing import NamedTuple

from premium.security.model import Severity


class Entry(NamedTuple):
    """A finding: its severity, its part in the score, and its words.

    `known` is the severity where the counterpart is a labelled protocol, issuer or exchange; `weight` is the part, in
    per cent, of the remaining trust that it takes away at `severity`.
    """

    severity: Severity
    known: Severity
    weight: int
    title: str
    meaning: str
    advice: str


_LETTERS = {
    "i": Severity.INFO, "l": Severity.LOW, "m": Severity.MEDIUM, "h": Severity.HIGH, "c": Severity.CRITICAL,
}  # fmt: skip


def entry(letters: str, weight: int, title: str, meaning: str, advice: str) -> Entry:
    """Return an entry; a second letter is the severity for a known counterpart."""
    return Entry(_LETTERS[letters[0]], _LETTERS[letters[-1]], weight, title, meaning, advice)
