"""Keep quantities exact: decimals made from strings, no floats.

Amounts have 18 decimals and more and reach 10^40, so engines compute under `EXACT`, whose precision no
sum or product of the product's quantities can exceed; `Inexact` is trapped, so that a silent rounding is an error.
Quotients round, and say so, by `divide`.
"""

from __future__ import annotations

from decimal import (
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)

MAX_DIGITS = 120
ZERO = Decimal(0)

EXACT = Context(prec=400, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow, Inexact])
"""For sums and products: raises `decimal.Inexact` instead of rounding."""

_READING = Context(prec=400, rounding=ROUND_HALF_UP)
_QUOTIENT = Context(prec=76, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])


def decimal_of(text: str | int | Decimal) -> Decimal:
    """Return an exact, finite decimal; ValueError for anything else.

    A float is refused too: its digits are already lost.
    """
    if isinstance(text, bool | float):
        raise ValueError("a decimal is written as a string, not as a float")  # noqa: TRY004 - pydantic reports ValueError by field
    if isinstance(text, str) and (not text.isascii() or "_" in text):
        # Python reads other scripts' digits and 1_000; PostgreSQL and other readers of our answers do not.
        raise ValueError(f"not a decimal number: {text[:40]!r}")
    try:
        value = Decimal(text.strip() if isinstance(text, str) else text)
    except (InvalidOperation, AttributeError, TypeError, ValueError):
        raise ValueError(f"not a decimal number: {str(text)[:40]!r}") from None
    if not value.is_finite():
        raise ValueError("must be finite")
    # A text has no more digits than signs: counting them makes a tuple of all, which takes most of the time.
    is_short = isinstance(text, str) and len(text) <= MAX_DIGITS
    if (not is_short and len(value.as_tuple().digits) > MAX_DIGITS) or abs(value.adjusted()) > MAX_DIGITS:
        raise ValueError(f"more than {MAX_DIGITS} digits")
    return value


def plain(value: Decimal) -> str:
    """Return the shortest exact decimal string, never with an exponent.

    `1E+3` is `1000`, `0.500` is `0.5`.
    """
    if not value:
        return "0"
    text = str(value)
    if "E" in text:
        text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


READABLE = Decimal("1E-18")
"""As fine as the smallest unit of most coins: a person reads no further."""


def readable(value: Decimal) -> str:
    """Return a figure for a person: at most 18 decimals, halves away from zero."""
    text = str(value)
    # Seen by its text: asking for the exponent makes a tuple of all digits, for each of a million figures.
    if "E" in text or (len(text) - text.find(".") > 19 and "." in text):
        exponent = value.as_tuple().exponent
        fine = isinstance(exponent, int) and exponent < -18
        return plain(value.quantize(READABLE, context=_READING) if fine else value)
    if not value:
        return "0"
    return text.rstrip("0").rstrip(".") if "." in text else text


_MONEY_PLACES, _SMALL_DIGITS = 8, 6
_SHOWING = Context(prec=400, rounding=ROUND_HALF_EVEN)


def money_shown(value: Decimal) -> str:
    """Return money as answers show it: rounded half-even to eight places.

    What is small has as many more as show six digits: 0.00000000123457. The exact value stays where it is kept.
    """
    places = max(_MONEY_PLACES, _SMALL_DIGITS - 1 - value.adjusted()) if value else 0
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent <= places:
        return plain(value)
    return plain(value.quantize(Decimal(1).scaleb(-places), context=_SHOWING))


def from_base_units(units: int, decimals: int) -> Decimal:
    """Return `units / 10**decimals`, exactly."""
    return Decimal(units).scaleb(-decimals, EXACT)


def divide(numerator: Decimal, denominator: Decimal) -> Decimal:
    """Return a quotient to 76 digits, half-even.

    76 are what a Decimal holds without a second allocation. The only place where a ratio is rounded before a form asks.
    """
    return _QUOTIENT.divide(numerator, denominator)
