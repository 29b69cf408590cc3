"""Draw bars: figures over time, up and down, and shares of a whole."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from premium.money import EXACT, ZERO
from premium.tax.reports.layout.sheets import ACCENT, INK, LINE, LOSS, MARGIN, SMALL, SOFT, Sheets, fitting
from premium.tax.reports.layout.typefaces import STRONG, TEXT, draw, width

_STEPS = (1, 2, 5, 10)
_NAMES = ((15, "e"), (12, "tn"), (9, "bn"), (6, "m"), (3, "k"))


class Bar(NamedTuple):
    """A figure and what it is of."""

    label: str
    value: Decimal


def columns(sheets: Sheets, bars: Sequence[Bar], *, height: float = 130) -> None:
    """Draw a column a bar over a common line, gains up and losses down."""
    sheets.room(height + 34)
    canvas, left = sheets.canvas, MARGIN + 46
    bottom = sheets.y - 10 - height
    highest = max((bar.value for bar in bars), default=ZERO).max(ZERO)
    lowest = min((bar.value for bar in bars), default=ZERO).min(ZERO)
    step = _step(EXACT.subtract(highest, lowest))
    high, low = _up(highest, step), -_up(-lowest, step)
    span = EXACT.subtract(high, low)

    def at(value: Decimal) -> float:
        return bottom + height * _ratio(EXACT.subtract(value, low), span)

    canvas.setLineWidth(0.4)
    mark = low
    while mark <= high:
        canvas.setStrokeColor(INK if mark == 0 else LINE)
        canvas.line(left, at(mark), sheets.wide - MARGIN, at(mark))
        canvas.setFillColor(SOFT)
        text = short(mark)
        draw(canvas, left - 5 - width(text, TEXT, SMALL), at(mark) - 2.4, text, TEXT, size=SMALL)
        mark = EXACT.add(mark, step)
    slot = (sheets.wide - MARGIN - left) / max(len(bars), 1)
    for number, bar in enumerate(bars):
        x, zero = left + slot * number, at(ZERO)
        if bar.value:
            canvas.setFillColor(ACCENT if bar.value > 0 else LOSS)
            canvas.rect(x + slot * 0.2, zero, slot * 0.6, at(bar.value) - zero, stroke=0, fill=1)
        canvas.setFillColor(SOFT)
        draw(canvas, x + (slot - width(bar.label, TEXT, SMALL)) / 2, bottom - 11, bar.label, TEXT, size=SMALL)
    sheets.y = bottom - 20


def rows(sheets: Sheets, bars: Sequence[Bar]) -> None:
    """Draw a row a bar, its figure behind it; none is below zero."""
    highest = max((bar.value for bar in bars), default=ZERO)
    canvas, left, line = sheets.canvas, MARGIN + 110, 15.0
    across = sheets.wide - MARGIN - left - 90
    for bar in bars:
        sheets.room(line)
        sheets.y -= line
        canvas.setFillColor(INK)
        draw(canvas, MARGIN, sheets.y + 2, fitting(bar.label, TEXT, 8, 104), TEXT, size=8)
        long = across * _ratio(bar.value, highest)
        canvas.setFillColor(ACCENT)
        canvas.rect(left, sheets.y, max(long, 0.5), 8.5, stroke=0, fill=1)
        canvas.setFillColor(SOFT)
        draw(canvas, left + long + 5, sheets.y + 2, short(bar.value), STRONG, size=SMALL)
    sheets.y -= 6


def short(value: Decimal) -> str:
    """Write a figure by its first digits: `1.2k`, `-3bn`, `4.5e21`."""
    if not value:
        return "0"
    exponent = value.adjusted()
    if exponent >= 18 or exponent < -4:
        digits = value.scaleb(-exponent)
        return f"{digits:.3g}e{exponent}"
    for power, name in _NAMES[1:]:
        if exponent >= power:
            return f"{_trimmed(value.scaleb(-power))}{name}"
    return _trimmed(value)


def _trimmed(value: Decimal) -> str:
    text = f"{value:,.2f}" if abs(value) < 100 else f"{value:,.1f}"
    return text.rstrip("0").rstrip(".") or "0"


def _step(span: Decimal) -> Decimal:
    """A round step that cuts a span into about four."""
    if not span:
        return Decimal(1)
    rough = span / 4
    unit = Decimal(1).scaleb(rough.adjusted())
    return next(unit * times for times in _STEPS if unit * times >= rough)


def _up(value: Decimal, step: Decimal) -> Decimal:
    """The next multiple of a step, away from zero."""
    times = (value / step).to_integral_value(rounding="ROUND_CEILING")
    return times * step


def _ratio(value: Decimal, whole: Decimal) -> float:
    return float(value / whole) if whole else 0.0
