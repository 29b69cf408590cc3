"""Single fields of a neutral row: numbers, lots, forms; what cannot be read is refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from premium.money import EXACT, decimal_of, divide
from premium.tax.model import Form1099

ALL = Decimal("Infinity")
"""Amount of a lot that is named without one. Never computed with, only compared."""
_ODD = frozenset("eE_")
"""What a short text must not have, to need no look: an exponent, or an underscore that Python alone reads over."""
_LARGEST, _FINEST = 80, -100
MANY = 10_000
"""As many different texts are kept to be found again."""
SHORT = 40
"""As much of a wrong value as a message shows."""


class Refused(Exception):
    """A row that cannot be read; `field` says where."""

    def __init__(self, field: str, reason: str, code: str = "invalid_field") -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason, self.code = field, reason, code


class Flawed(NamedTuple):
    """In place of a row or a part of it that says two things at once, or too many: which field, and why."""

    field: str
    reason: str


def shown(text: str, length: int) -> str:
    """A text of a file as an answer can hold it: cut, and half a character by its escape."""
    return text[:length].encode("utf-8", "backslashreplace").decode()


def writable(value: str) -> bool:
    """Whether a text can be stored and printed: no NUL or line break, no surrogate without its other half."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return all(character >= " " for character in value)


def number(row: Mapping[str, Any], field: str, *, required: bool = False) -> Any:
    """A decimal of at least zero, or None; Refused for anything that is not finite, negative or absurdly long."""
    text = row.get(field)
    if text is None or text == "":
        if required:
            raise Refused(field, "missing")
        return None
    # Digits and a point need no further look; what is longer, or has an exponent or a sign, is measured.
    if type(text) is str and len(text) <= SHORT and text.isascii() and text.replace(".", "", 1).isdecimal():
        return Decimal(text)
    try:
        if isinstance(text, str) and len(text) <= SHORT and text.isascii() and _ODD.isdisjoint(text):
            value = Decimal(text)
            if not value.is_finite():
                raise Refused(field, "not a finite number", "non_finite")
        else:
            value = _bounded(decimal_of(text), field)
    except (InvalidOperation, ValueError) as error:
        reason = str(error) if isinstance(error, ValueError) else f"not a decimal number: {str(text)[:SHORT]!r}"
        raise Refused(field, reason, "non_finite" if "finite" in reason else "invalid_number") from None
    if value < 0:
        raise Refused(field, "negative", "negative_number")
    return value


def _bounded(value: Decimal, field: str) -> Decimal:
    """What exact sums of a whole history can hold; no chain's units and no currency are beyond it."""
    if value and (value.adjusted() > _LARGEST or int(value.as_tuple().exponent) < _FINEST):
        raise Refused(field, f"beyond 10^{_LARGEST}, or finer than 10^{_FINEST}", "invalid_number")
    return value


def remembered(known: dict[str, Decimal], row: Mapping[str, Any], field: str, *, required: bool = False) -> Any:
    """As `number`. Fees and round amounts repeat: one object for each, while there are not too many."""
    text = row.get(field)
    value = known.get(text) if type(text) is str else None
    if value is None:
        value = number(row, field, required=required)
        if value is not None and type(text) is str and len(known) < MANY:
            known[text] = value
    return value


def burnt_value(amount: Decimal, value: Decimal | None, price: Decimal | None, burnt: Decimal) -> Decimal | None:
    """Value of what a transfer burns: at the price, or its part of the stated value."""
    if not burnt:
        return None
    if price is not None:
        return EXACT.multiply(burnt, price)
    if value is None:
        return None
    return value if burnt == amount else _part(value, burnt, amount)


def _part(value: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    return divide(EXACT.multiply(value, part), whole)


def lots_of(value: Any) -> tuple[tuple[str, Decimal], ...]:
    """Lots by id with their amounts; one without an amount gives what it has."""
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise Refused("lots", "not a list of {lot, amount}")
    chosen = []
    for item in value:
        lot = item.get("lot")
        if not isinstance(lot, str | int):
            raise Refused("lots.lot", "missing")
        wanted = number(item, "amount")
        chosen.append((str(lot), ALL if wanted is None else wanted))
    return tuple(chosen)


def form_of(value: Any) -> Form1099 | None:
    """None where there is no form: null, or an object whose `form` is null."""
    if value is None:
        return None
    if not isinstance(value, Mapping) or not isinstance(value.get("form"), str | None):
        raise Refused("form_1099", "not {form, basis_reported}")
    reported = value.get("basis_reported")
    if not isinstance(reported, bool | None):
        raise Refused("form_1099.basis_reported", "neither true nor false")
    if value.get("form") is None:
        return None
    return Form1099(value["form"], reported or False, number(value, "proceeds"), number(value, "basis"))
