"""Say in plain words why pydantic refuses a value.

It is the one mapping of what clients, operators and senders of events are told. A sentence fits behind the field's
name, and ends with the value that was given, cut short and without characters that nobody sees.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

MAX_SHOWN = 60
"""Characters of a value that a refusal repeats."""
_MAX_BITS = 1_000
_LONGEST, _ALIKE = 40, 0.72
"""Characters of a name that are compared with others, and how alike two names must be."""
_CONSTANTS = MappingProxyType({None: "null", True: "true", False: "false"})
_DATE_TIME = "must be a date and time with its offset from UTC, as 2026-03-01T12:00:00Z"
_DATE = "must be a date, as 2026-03-01"
_OBJECT, _LIST, _TEXT, _BOOLEAN = "must be a JSON object", "must be a list", "must be a text", "must be true or false"
_WHOLE, _NUMBER, _UUID, _URL = "must be a whole number", "must be a number", "must be a UUID", "must be a URL"
_DECIMAL, _BYTES, _TIME = "must be a decimal number", "must be bytes", "must be a time of day, as 12:00:00"
_SPAN, _SET, _OURS = "must be a length of time, as PT5M", "must be a list without repeats", "cannot be read"
_REQUIRED, _UNKNOWN = "is required", "is no field here"

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "missing": _REQUIRED, "missing_argument": _REQUIRED, "missing_keyword_only_argument": _REQUIRED,
        "missing_positional_only_argument": _REQUIRED, "default_factory_not_called": _REQUIRED,
        "missing_sentinel_error": "must be left out", "none_required": "must be null",
        "extra_forbidden": _UNKNOWN, "unexpected_keyword_argument": _UNKNOWN, "no_such_attribute": _UNKNOWN,
        "unexpected_positional_argument": _UNKNOWN, "multiple_argument_values": "is there twice",
        "invalid_key": "has a name that is no text", "frozen_field": "cannot be changed",
        "frozen_instance": "cannot be changed",
        "json_invalid": "is not valid JSON: {error}", "json_type": "must be JSON, as a text",
        "model_type": _OBJECT, "model_attributes_type": _OBJECT, "dataclass_type": _OBJECT, "dict_type": _OBJECT,
        "dataclass_exact_type": _OBJECT, "mapping_type": _OBJECT, "frozen_dict_type": _OBJECT,
        "ordered_dict_type": _OBJECT, "counter_type": _OBJECT, "arguments_type": _OBJECT,
        "list_type": _LIST, "tuple_type": _LIST, "deque_type": _LIST, "iterable_type": _LIST, "iteration_error": _LIST,
        "named_tuple_type": _LIST, "set_type": _SET, "frozen_set_type": _SET, "set_item_not_hashable": _SET,
        "too_short": "must have {min_length} items at least", "too_long": "must have {max_length} items at most",
        "string_type": _TEXT, "string_unicode": "holds half a character",
        "string_too_short": "must have {min_length} characters at least",
        "string_too_long": "must have {max_length} characters at most",
        "string_pattern_mismatch": "must fit the pattern {pattern}", "string_not_ascii": "must be of ASCII characters",
        "literal_error": "must be {expected}", "enum": "must be {expected}", "ellipsis_error": "must be ...",
        "bool_type": _BOOLEAN, "bool_parsing": _BOOLEAN,
        "int_type": _WHOLE, "int_parsing": _WHOLE, "int_from_float": _WHOLE, "int_parsing_size": "has too many digits",
        "float_type": _NUMBER, "float_parsing": _NUMBER, "complex_type": _NUMBER, "complex_str_parsing": _NUMBER,
        "decimal_type": _DECIMAL, "decimal_parsing": _DECIMAL, "fraction_type": _DECIMAL, "fraction_parsing": _DECIMAL,
        "decimal_max_digits": "must have {max_digits} digits at most",
        "decimal_max_places": "must have {decimal_places} decimal places at most",
        "decimal_whole_digits": "must have {whole_digits} digits before the point at most",
        "greater_than": "must be greater than {gt}", "greater_than_equal": "must be {ge} at least",
        "less_than": "must be less than {lt}", "less_than_equal": "must be {le} at most",
        "multiple_of": "must be a multiple of {multiple_of}", "finite_number": "must be finite",
        "bytes_type": _BYTES, "bytes_invalid_encoding": _BYTES,
        "bytes_too_short": "must have {min_length} bytes at least",
        "bytes_too_long": "must have {max_length} bytes at most",
        "date_type": _DATE, "date_parsing": _DATE, "date_from_datetime_parsing": _DATE,
        "date_from_datetime_inexact": "must be a date without a time", "date_past": "must lie in the past",
        "date_future": "must lie in the future", "time_type": _TIME, "time_parsing": _TIME,
        "datetime_type": _DATE_TIME, "datetime_parsing": _DATE_TIME, "datetime_object_invalid": _DATE_TIME,
        "datetime_from_date_parsing": _DATE_TIME, "datetime_past": "must lie in the past",
        "datetime_future": "must lie in the future", "timezone_naive": "must have no offset from UTC",
        "timezone_aware": _DATE_TIME, "timezone_offset": "must have the offset {tz_expected} s from UTC",
        "time_delta_type": _SPAN, "time_delta_parsing": _SPAN,
        "uuid_type": _UUID, "uuid_parsing": _UUID, "uuid_version": "must be a UUID of version {expected_version}",
        "url_type": _URL, "url_parsing": _URL, "url_syntax_violation": _URL,
        "url_too_long": "must have {max_length} characters at most", "url_scheme": "must begin with {expected_schemes}",
        "union_tag_invalid": "must be {expected_tags}", "union_tag_not_found": "must say of which kind it is",
        "is_instance_of": _OURS, "is_subclass_of": _OURS, "callable_type": _OURS, "needs_python_object": _OURS,
        "get_attribute_error": _OURS, "recursion_loop": "refers to itself",
        "recursion_depth_exceeded": "is nested too deeply",
    }
)  # fmt: skip
"""What is wrong, by pydantic's type of error; its context fills the braces."""

_OWN = ("value_error", "assertion_error")
"""Errors of our own validators: their text is ours."""
NOT_REPEATED = "not_repeated"
"""The kind of a refusal whose value may be a secret: it is not told again."""
_WITHOUT_VALUE = frozenset({"missing", "default_factory_not_called", "union_tag_not_found", NOT_REPEATED})

PATTERNS: Mapping[str, str] = MappingProxyType(
    {
        r"^\S(.*\S)?$": "must be one line that neither begins nor ends with a space",
        r"^[^@\s]+@[^@\s]+$": "must be an e-mail address, as ada@example.org",
        r"^20[0-9]{2}-(0[1-9]|1[0-2])$": "must be a month, as 2026-03",
        "^[A-Za-z]{3}$": "must be a currency's code of three letters, as EUR",
    }
)
"""What the patterns of texts mean to a person."""


def reason_of(problem: Mapping[str, Any]) -> str:
    """Return why pydantic refused a value: one of `ValidationError.errors()`.

    `must be 'gt' or 'lt'; given 'like'`. It fits behind the field's name.
    """
    kind, context = str(problem["type"]), problem.get("ctx") or {}
    if kind in _OWN:
        text = str(problem["msg"]).partition(", ")[2] or "is not valid"
    elif kind not in SENTENCES:  # a kind that a validator of ours has made
        text = str(problem["msg"])
    elif kind == "string_pattern_mismatch" and context.get("pattern") in PATTERNS:
        text = PATTERNS[context["pattern"]]
    else:
        text = _singular(SENTENCES[kind].format_map(_Known(context)), context)
    if kind in _OWN and isinstance(problem.get("input"), dict | list) and not text.startswith("must be"):
        return text  # it is of the whole, and says itself which part of it is wrong
    if kind in ("too_short", "too_long") and isinstance(problem.get("input"), list):
        return f"{text}; given {len(problem['input'])}"
    if kind in _WITHOUT_VALUE or "input" not in problem or (given := shown(problem["input"])) in text:
        return text
    return f"{text}; given {given}"


def shown(value: object) -> str:
    """Return a value as a refusal repeats it: short, and with nothing invisible."""
    match value:
        case str():
            return repr(value) if len(value) <= MAX_SHOWN else f"{value[:MAX_SHOWN]!r}… of {len(value)} characters"
        case None | bool():
            return _CONSTANTS[value]
        case int() if value.bit_length() > _MAX_BITS:
            return "a very large number"
        case int() | Decimal() | float():
            return str(value)[:MAX_SHOWN]
        case list() | tuple() | set() | frozenset():
            return "a list" if value else "an empty list"
    return "an object" if isinstance(value, Mapping) else f"a {type(value).__name__}"


def visible(name: object) -> str:
    """Return a field's name as it was written, short, invisible characters spelt out."""
    text = str(name)[:100]
    return text if text.isprintable() else repr(text)[1:-1]


def nearest(written: str, known: Iterable[str]) -> str | None:
    """Return the known name that was likely meant; None where none is alike.

    Case does not matter. Of several that are equally near the one of the same letters, else the first by the alphabet.
    """
    from difflib import SequenceMatcher, get_close_matches  # noqa: PLC0415 - only a refusal needs it

    names = {name.casefold(): name for name in sorted(known, reverse=True)}
    wanted = written.strip().casefold()[:_LONGEST]
    alike = get_close_matches(wanted, names, n=5, cutoff=_ALIKE)
    if not alike:
        return None

    def order(name: str) -> tuple[float, bool, str]:
        return -SequenceMatcher(None, wanted, name).ratio(), sorted(name) != sorted(wanted), name

    return names[min(alike, key=order)]


class _Known(dict[str, Any]):
    """A context of which a missing part is told as an ellipsis."""

    def __missing__(self, name: str) -> str:
        return "…"


def _singular(text: str, context: Mapping[str, Any]) -> str:
    lengths = [context[name] for name in ("min_length", "max_length") if name in context]
    if 1 not in lengths:
        return text
    for many, one in ((" items", " item"), (" characters", " character"), (" bytes", " byte")):
        text = text.replace(f" 1{many}", f" 1{one}")
    return text
