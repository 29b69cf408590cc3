"""Choose the signature of calldata, and decode it strictly.

In this order: the ABI of the code at the target; the database (the shipped one, else what operators imported), where
that code's own dispatch has the selector; the database alone, where one candidate decodes strictly; else every
candidate, as guesses by which nothing is judged. A standard's signature goes before any other of the same selector.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from premium.abi.decoder import Decoded, Form, decode
from premium.abi.signatures import Signature, signature_of
from premium.abi.values import shown_all
from premium.security.calldata.database import database
from premium.security.knowledge.known import Knowledge

Standards = Mapping[bytes, Signature]
"""Signatures that the engine itself knows how to judge, by selector."""


MAX_CODE = 64 * 1024
"""Bytes of code that are looked into."""


class Reading(NamedTuple):
    """What data says to a target."""

    selector: bytes | None
    signature: Signature | None = None
    confidence: str = "none"
    """abi, code, database, guess or none."""
    decoded: Decoded | None = None
    candidates: tuple[str, ...] = ()

    @property
    def judged(self) -> bool:
        """Whether the arguments may be judged by."""
        return self.values is not None and self.confidence not in ("guess", "none")

    @property
    def values(self) -> tuple[Any, ...] | None:
        """Values as a contract would read them, also behind flaws."""
        return self.decoded.values if self.decoded is not None else None

    @property
    def form(self) -> Form:
        """The form in which the arguments stand."""
        return self.decoded.form if self.decoded is not None else Form.CANONICAL

    @property
    def args(self) -> list[Any] | None:
        """The arguments as JSON; None where they do not stand strictly."""
        if self.signature is None or self.decoded is None or not self.decoded.strict or self.confidence == "guess":
            return None
        return shown_all(self.signature.inputs, self.decoded.values or ())


def read(to: str, data: bytes, known: Knowledge, standards: Standards) -> Reading:
    """Return what calldata says to an address."""
    if len(data) < 4:
        return Reading(None)
    selector, body = data[:4], data[4:]
    mine = standards.get(selector)
    own = known.abis.get(to, {}).get(selector) or known.abis.get(known.implementation(to), {}).get(selector)
    if own is not None and (mine is None or own == mine or not decode(mine.inputs, body).strict):
        return Reading(selector, own, "abi", decode(own.inputs, body), (own.text,))
    # Imported ones are asked for where nothing else is known: whoever mines a name for a selector spoils no other.
    shipped = database().functions.get(selector, ())
    texts = tuple(dict.fromkeys((*((mine.text,) if mine else ()), *shipped))) or known.named(selector)
    if not texts:
        return Reading(selector)
    confidence = "code" if _dispatches(to, selector, known) else "database"
    if mine is not None:
        return Reading(selector, mine, confidence, decode(mine.inputs, body), texts)
    return _of_candidates(selector, body, texts, confidence)


def _of_candidates(selector: bytes, body: bytes, texts: tuple[str, ...], confidence: str) -> Reading:
    tried = [(each, decode(each.inputs, body)) for each in map(signature_of, texts)]
    strict = [one for one in tried if one[1].form == Form.CANONICAL] or [one for one in tried if one[1].strict]
    if len(strict) == 1:
        return Reading(selector, strict[0][0], confidence, strict[0][1], texts)
    return Reading(selector, None, "guess", None, texts)


def _dispatches(to: str, selector: bytes, known: Knowledge) -> bool:
    code = known.code_bytes(known.implementation(to)) or known.code_bytes(to)
    return code is not None and len(code) <= MAX_CODE and int.from_bytes(selector) in _entries(code)


@lru_cache(maxsize=256)
def _entries(code: bytes) -> frozenset[int]:
    """Selectors that a code dispatches on."""
    from premium.security.detectors.analysis import profile_of  # noqa: PLC0415 - few calls need the code's engine

    return frozenset(each for each in profile_of(code).found.entries if each is not None)
