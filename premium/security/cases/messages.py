"""Judge messages of cases: typed data, texts and bare hashes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from time import perf_counter
from typing import Any

from pydantic import ConfigDict, Field

from premium.cases import Case, CaseError, Kind
from premium.security.cases.fields import Hex, KnownCase, MaybeAddress, MaybeInt, Time
from premium.security.judgement.scene import Scene
from premium.security.knowledge.known import Knowledge
from premium.security.knowledge.shipped import with_shipped
from premium.security.messages.judged import Judged, of_digest, of_text, of_typed, scene_of, told
from premium.security.messages.schema import BadTypedData
from premium.security.messages.typed_data import read_typed_data

MAX_BYTES = 64 * 1024


class MessageCase(Case):
    """A message in one of its forms, and what is known."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, populate_by_name=True)

    typed_data: Any = None
    text: str | None = None
    digest: Hex | None = None
    sender: MaybeAddress = Field(default=None, alias="from")
    chain_id: MaybeInt = None
    wallet_chain_id: MaybeInt = None
    origin: str | None = Field(default=None, max_length=2048)
    time: Time = None
    knowledge: KnownCase = KnownCase()


def kinds(*, shipped: bool = True) -> tuple[Kind, ...]:
    """Return the kind of `scan-message`; `shipped` adds what the product knows by itself."""
    return (Kind("message", frozenset(), MessageCase, _answerer(shipped=shipped)),)


def _answerer(*, shipped: bool) -> Callable[[MessageCase], Mapping[str, Any]]:
    def answered(case: MessageCase) -> Mapping[str, Any]:
        started = perf_counter()
        own = case.knowledge.knowledge(case.time)
        found = answer_message(case, with_shipped(own, chain_of(case)) if shipped else own)
        return {**found, "milliseconds": round((perf_counter() - started) * 1000, 3)}

    return answered


def answer_message(case: MessageCase, known: Knowledge) -> Mapping[str, Any]:
    """Return the answer about a message; CaseError names the field that is wrong."""
    forms = [name for name in ("typed_data", "text", "digest") if getattr(case, name) is not None]
    if len(forms) != 1:
        raise CaseError("invalid_field", "typed_data: a case has one of typed_data, text and digest")
    scene = scene_of(known, case.sender)
    return told(_judged(case, scene), case.origin, scene)


def chain_of(case: MessageCase) -> int | None:
    """Return the chain of the message, else the wallet's."""
    domain = case.typed_data.get("domain") if isinstance(case.typed_data, Mapping) else None
    stated = domain.get("chainId") if isinstance(domain, Mapping) else None
    if isinstance(stated, str) and stated.isascii() and stated.isdecimal() and len(stated) < 80:
        stated = int(stated)
    known = stated if isinstance(stated, int) and not isinstance(stated, bool) else None
    return next((each for each in (known, case.chain_id, case.wallet_chain_id) if each is not None), None)


def _judged(case: MessageCase, scene: Scene) -> Judged:
    if case.digest is not None:
        if len(case.digest) != 32:
            raise CaseError("bad_hex", f"digest: has {len(case.digest)} bytes, not 32")
        return of_digest(case.digest)
    if case.text is not None:
        return of_text(_bounded_text(case.text), case.origin, case.wallet_chain_id, scene)
    document, twice = _document(case.typed_data)
    try:
        data = read_typed_data(document)
    except BadTypedData as error:
        raise CaseError("bad_typed_data", str(error)) from None
    for each in twice:
        data.doubt(f"{each} stands twice in one object")
    return of_typed(data, case.wallet_chain_id, scene)


def _bounded_text(text: str) -> str:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise CaseError("invalid_field", "text: holds half a character") from None
    if size > MAX_BYTES:
        raise CaseError("too_large", f"text: {size} bytes, {MAX_BYTES} at most")
    return text


def _document(given: Any) -> tuple[Any, list[str]]:
    """Return typed data, also where they come as text.

    The keys that stand twice in it come with them.
    """
    try:
        text = given if isinstance(given, str) else json.dumps(given, default=str)
    except RecursionError:
        raise CaseError("bad_typed_data", "typed_data: is nested too deeply") from None
    if len(text) > MAX_BYTES:
        raise CaseError("too_large", f"typed_data: {len(text)} characters, {MAX_BYTES} at most")
    if not isinstance(given, str):
        return given, []
    twice: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        twice.extend(name[:40] for name in sorted(set(names)) if names.count(name) > 1)
        return dict(pairs)

    try:
        return json.loads(given, object_pairs_hook=once, parse_float=Decimal), twice
    except (ValueError, RecursionError):
        raise CaseError("bad_typed_data", "typed_data: is not JSON") from None
