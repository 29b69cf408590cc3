"""Answer files of cases: the neutral JSON of the offline commands.

A file is one case, a list of cases, or `{"cases": […]}` with what holds for all; the answer has the same form and
order. Quantities are decimal strings or whole numbers; a JSON fraction is taken, by its digits, where a field is one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from math import isfinite
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from premium.errors import InvalidInput
from premium.money import MAX_DIGITS, decimal_of, plain
from premium.refusals import nearest, reason_of, shown, visible

PASSED_OVER = frozenset({"source", "name", "note", "notes", "expected"})
"""Keys for people; those that begin with `_` are passed over too."""
SHARED = frozenset({"token_decimals", "tokens"})
"""Keys that may stand beside `cases`, too."""
_DIGITS = Context(prec=30, rounding=ROUND_HALF_EVEN, Emax=10**9, Emin=-(10**9))


class CaseError(Exception):
    """A case cannot be answered: a code for programs, a sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Case(BaseModel):
    """What a case states: no field but these."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def _quantity(value: object) -> object:
    if isinstance(value, Decimal):
        raise ValueError("a quantity is a string or a whole number, not a JSON fraction")  # noqa: TRY004 - by field
    return decimal_of(value)  # type: ignore[arg-type] # it refuses what is none of these


def _fraction(value: object) -> object:
    return decimal_of(value)  # type: ignore[arg-type] # it refuses what is none of these


def _whole(value: object) -> object:
    found = _quantity(value)
    if isinstance(found, Decimal) and found == found.to_integral_value():
        return int(found)
    raise ValueError("must be a whole number")


Whole = Annotated[int, BeforeValidator(_whole)]
"""A whole number, also as a text."""
Quantity = Annotated[Decimal, BeforeValidator(_quantity)]
"""Money or units, exact."""
Fraction = Annotated[Decimal, BeforeValidator(_fraction)]
"""A ratio or a rate, exact."""


class Kind(NamedTuple):
    """A kind of case; the fields in `told_by` tell it where it is not named."""

    name: str
    told_by: frozenset[str]
    model: type[Case]
    answer: Callable[[Any], Mapping[str, Any]]


def answer(text: str, kinds: Sequence[Kind]) -> str:
    """Return the answers to a file as JSON.

    Raises InvalidInput where the file itself cannot be read.
    """
    given = _read(text)
    unknown = [key for key in _beside(given) if not _is_for_people(key) and key not in SHARED]
    if unknown:
        raise InvalidInput(f"{unknown[0]}: no such key beside cases")
    return _written(_in_form(given, SHARED, lambda case, common: _one(case, common, kinds)))


def answer_alike(text: str, kind: Kind, *, whole: Callable[[Any], object] = lambda _: None) -> str:
    """Return the answers to a file of a command with one kind.

    Its `kind` is passed over and not answered, an `id` always is. A field beside `cases` holds for all that leave it
    out, other keys there are for people. `whole` makes a case of a file that is none itself, else None.

    Raises InvalidInput where the file itself cannot be read.
    """
    given = _read(text)
    if (case := whole(given)) is not None:
        given = case
    shared = frozenset(kind.model.model_fields)
    return _written(_in_form(given, shared, lambda case, common: _alike(case, common, kind)))


def _beside(given: Any) -> list[str]:
    return [key for key in given if key != "cases"] if isinstance(given, dict) and "cases" in given else []


def _in_form(given: Any, shared: frozenset[str], one: Callable[[object, Mapping[str, Any]], dict[str, Any]]) -> Any:
    """Answer each case; the whole has the form of the file."""
    if isinstance(given, list):
        return [one(case, {}) for case in given]
    if "cases" not in given:
        return one(given, {})
    if not isinstance(given["cases"], list):
        raise InvalidInput("cases: must be a list")
    common = {key: given[key] for key in _beside(given) if key in shared}
    return {"cases": [one(case, common) for case in given["cases"]]}


def _written(found: Any) -> str:
    def dumped(*, ascii_only: bool) -> str:
        return json.dumps(found, ensure_ascii=ascii_only, indent=2, allow_nan=False, default=_number) + "\n"

    text = dumped(ascii_only=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # an id that holds half a character
        return dumped(ascii_only=True)
    return text


def _number(value: Decimal) -> float | str:
    """Return a JSON fraction as it goes back into JSON.

    A number, or its digits where no reader's float could hold it.
    """
    found = float(value)
    return found if isfinite(found) else str(value)


def digits(value: Decimal | None) -> str | None:
    """Return a ratio as a decimal string: exact, or to 30 significant digits, half even.

    Without an exponent, but for one of more than 120 digits before or behind the point.
    """
    if value is None:
        return None
    rounded = _DIGITS.plus(value)
    return plain(rounded) if abs(rounded.adjusted()) <= MAX_DIGITS else str(rounded)


def _read(text: str) -> Any:
    try:
        given = json.loads(text, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"line {error.lineno}, column {error.colno}: not JSON: {error.msg}") from None
    except RecursionError:
        raise InvalidInput("nested too deeply to be read") from None
    except ValueError as error:
        raise InvalidInput(str(error)) from None
    if not isinstance(given, list | dict):
        raise InvalidInput('a file is a case, a list of cases, or {"cases": […]}')
    return given


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice[:80]}: the key stands twice in one object")
    return made


def _is_for_people(key: str) -> bool:
    return key in PASSED_OVER or key.startswith("_")


def _one(case: object, common: Mapping[str, Any], kinds: Sequence[Kind]) -> dict[str, Any]:
    """Return one case's answer, or its error."""
    if not isinstance(case, dict):
        return {"id": None, "error": {"code": "invalid_case", "message": "a case is an object"}}
    head = {"id": case["id"]} if "id" in case else {}
    try:
        kind, stated = read_case(case, common, kinds)
        return {**head, "kind": kind.name, **kind.answer(stated)}
    except ValidationError as error:
        return {"id": case.get("id"), "error": {"code": "invalid_field", "message": sentence_of(error)}}
    except CaseError as error:
        return {"id": case.get("id"), "error": {"code": error.code, "message": error.message}}


def read_case(case: Mapping[str, Any], common: Mapping[str, Any], kinds: Sequence[Kind]) -> tuple[Kind, Case]:
    """Return a case's kind, named or told by its fields, and what it states.

    Raises CaseError where there is no such kind, pydantic's ValidationError where a field is wrong.
    """
    kind = _kind_of(case, kinds)
    known = kind.model.model_fields
    taken = {key: value for key, value in {**common, **case}.items() if key in known or not _is_passed(key, case)}
    if "token_decimals" in known:
        taken = _with_decimals(taken, common, case)
    return kind, kind.model.model_validate(taken)


def _with_decimals(taken: dict[str, Any], *parts: Mapping[str, Any]) -> dict[str, Any]:
    """Put what `tokens` and `token_decimals` say, beside the cases and in one, into one `token_decimals`."""
    found: dict[str, Any] = {}
    for part in parts:
        listed = part.get("tokens")
        for number, token in enumerate(listed if isinstance(listed, list) else []):
            if (
                not isinstance(token, dict)
                or not isinstance(token.get("name"), str)
                or token.keys() - {"name", "decimals"}
            ):
                raise CaseError("invalid_field", f"tokens.{number}: must be {{name, decimals}}")
            if token.get("decimals") is not None:
                found[token["name"]] = token["decimals"]
        stated = part.get("token_decimals", {})
        if not isinstance(stated, dict):
            raise CaseError("invalid_field", f"token_decimals: must be a JSON object; given {shown(stated)}")
        found |= stated
    rest = {key: value for key, value in taken.items() if key != "tokens" or not isinstance(value, list)}
    return rest | {"token_decimals": found}


def _alike(case: object, common: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    """Return one case's answer, or its error, of a command with one kind."""
    if not isinstance(case, dict):
        return {"id": None, "error": {"code": "invalid_case", "message": "a case is an object"}}
    own = {key: value for key, value in case.items() if key in kind.model.model_fields or not _is_passed(key, case)}
    try:
        return {"id": case.get("id"), **kind.answer(kind.model.model_validate({**common, **own}))}
    except ValidationError as error:
        return {"id": case.get("id"), "error": {"code": "invalid_field", "message": sentence_of(error)}}
    except CaseError as error:
        return {"id": case.get("id"), "error": {"code": error.code, "message": error.message}}


def _is_passed(key: str, case: Mapping[str, Any]) -> bool:
    """Keys that no kind asks for: for people, the case's own name, and what stands beside cases for others."""
    return key in ("id", "kind") or _is_for_people(key) or (key in SHARED and key not in case)


def _kind_of(case: Mapping[str, Any], kinds: Sequence[Kind]) -> Kind:
    names = list(dict.fromkeys(kind.name for kind in kinds))
    if "kind" in case:
        named = next((kind for kind in kinds if kind.name == case["kind"]), None)
        if named is None:
            near = nearest(str(case["kind"]), names)
            hint = f"; {near} is near" if near else f"; known are {', '.join(names)}"
            raise CaseError("unknown_kind", f"kind: there is no {shown(case['kind'])}{hint}")
        return named
    told = next((kind for kind in kinds if kind.told_by <= case.keys()), None)
    if told is None:
        closest = max(kinds, key=lambda kind: (_shared(kind, case), -names.index(kind.name)))
        missing = ", ".join(sorted(kind_needs(closest) - case.keys())) or "nothing"
        raise CaseError(
            "unknown_kind", f"no kind fits these fields; the nearest is {closest.name}, which needs {missing}"
        )
    return told


def kind_needs(kind: Kind) -> frozenset[str]:
    """Return the fields that a kind cannot do without."""
    return frozenset(name for name, field in kind.model.model_fields.items() if field.is_required())


def _shared(kind: Kind, case: Iterable[str]) -> int:
    return len(set(kind.model.model_fields) & set(case))


def sentence_of(error: ValidationError) -> str:
    """Name the first wrong field and its reason."""
    first = error.errors(include_url=False)[0]
    path = ".".join(visible(part) for part in first["loc"])
    return f"{path}: {reason_of(first)}" if path else reason_of(first)
