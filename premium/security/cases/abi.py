"""Decode ABI data of cases, and say in which form they stand."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Annotated, Any

from pydantic import Field

from premium.abi.decoder import Form, decode
from premium.abi.types import BadType, parse_types
from premium.abi.values import shown_all
from premium.cases import Case, CaseError, Kind
from premium.security.calls.tree import MAX_BYTES
from premium.security.cases.fields import Hex
from premium.security.judgement.answer import answer
from premium.security.judgement.calls import FORMS
from premium.security.judgement.scene import Found, Place, found

_MAX_TYPES = 256


class AbiCase(Case):
    """Types, and the data that hold their values, without a selector."""

    types: Annotated[list[str], Field(max_length=_MAX_TYPES)]
    data: Hex


def _answered(case: AbiCase) -> Mapping[str, Any]:
    started = perf_counter()
    if len(case.data) > MAX_BYTES:
        raise CaseError("too_large", f"data: {len(case.data)} bytes, {MAX_BYTES} at most")
    try:
        types = parse_types(case.types)
    except BadType as error:
        raise CaseError("bad_types", f"types: {error}") from None
    decoded = decode(types, case.data)
    readable = decoded.values is not None and decoded.form != Form.MALFORMED
    flaws: list[Found] = [
        found(FORMS[each.form], Place(), value=f"byte {each.offset}: {each.reason}") for each in decoded.flaws
    ]
    return {
        "args": shown_all(types, decoded.values or ()) if readable else None,
        "canonical": decoded.form == Form.CANONICAL,
        **answer(flaws, (), [f"The data are {decoded.form}."]),
        "milliseconds": round((perf_counter() - started) * 1000, 3),
    }


KINDS = (Kind("abi", frozenset(), AbiCase, _answered),)
