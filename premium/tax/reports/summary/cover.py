"""Draw the first page: whose summary, of what, and its main figures."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from reportlab.lib.colors import white

from premium.money import EXACT
from premium.tax.reports.layout.cents import cents, smallest
from premium.tax.reports.layout.period import period_of
from premium.tax.reports.layout.sheets import ACCENT, BAND, INK, LINE, LOSS, MARGIN, SHADE, SMALL, SOFT, Sheets
from premium.tax.reports.layout.typefaces import STRONG, TEXT, draw, width, wrapped
from premium.tax.reports.summary.figures import Fees
from premium.tax.results.report import Report

_BAND_HIGH = 150.0
_TILE_HIGH = 52.0
_LARGEST, _SMALLEST = 15.0, 7.0


def cover(sheets: Sheets, report: Report, name: str, taxpayer: str, fees: Fees) -> None:
    """Draw the cover down to below its tiles."""
    sheets.page()
    canvas, setup = sheets.canvas, report.setup
    top = sheets.paper.portrait[1]
    canvas.setFillColor(BAND)
    canvas.rect(0, top - _BAND_HIGH, sheets.wide, _BAND_HIGH, stroke=0, fill=1)
    canvas.setFillColor(white)
    draw(canvas, MARGIN, top - 52, "Tax summary of digital assets", TEXT, size=11)
    draw(canvas, MARGIN, top - 84, f"{setup.rules.name}, {name}", STRONG, size=24)
    draw(canvas, MARGIN, top - 110, " ".join(period_of(report)) or "All years of the history.", TEXT, size=9)
    draw(canvas, MARGIN, top - 128, f"All amounts in {setup.currency}", TEXT, size=9)
    sheets.y = top - _BAND_HIGH - 10
    _facts(sheets, report, taxpayer)
    totals = report.sums.whole
    # As the tables behind it round: what the tiles show adds up.
    quantum = smallest(setup.currency)
    exact = (totals.proceeds, totals.cost_basis, totals.denied_loss)
    proceeds, cost, denied = (cents(value, quantum) for value in exact)
    _tiles(
        sheets,
        [
            ("Proceeds", proceeds),
            ("Cost", cost),
            ("Gain or loss", EXACT.add(EXACT.subtract(proceeds, cost), denied)),
            ("Income", cents(totals.income, quantum)),
            ("Fees", cents(fees.bought + fees.sold + fees.in_kind, quantum)),
        ],
    )


def _facts(sheets: Sheets, report: Report, taxpayer: str) -> None:
    setup = report.setup
    rows = [
        ("Prepared for", taxpayer or "_" * 44),
        ("Method", f"{setup.method.replace('_', ' ')}; lots {setup.stored_scope.replace('_', ' ')}"),
        (
            "History",
            f"{len(report.transactions):,} events read, {len(report.disposals):,} rows of disposals in this time",
        ),
        ("Warnings", f"{len(report.remarks):,}, in full at the end: the figures rest on them"),
    ]
    for label, text in rows:
        sheets.y -= 15
        sheets.canvas.setFillColor(SOFT)
        draw(sheets.canvas, MARGIN, sheets.y, label, TEXT, size=8.5)
        sheets.canvas.setFillColor(INK)
        lines = wrapped(text, TEXT, 8.5, sheets.inner - 90)
        draw(sheets.canvas, MARGIN + 90, sheets.y, lines[0] + ("…" if len(lines) > 1 else ""), TEXT, size=8.5)
    sheets.y -= 14


def _tiles(sheets: Sheets, figures: Sequence[tuple[str, Decimal]]) -> None:
    gap = 8.0
    wide = (sheets.inner - gap * (len(figures) - 1)) / len(figures)
    canvas, bottom = sheets.canvas, sheets.y - _TILE_HIGH
    for number, (label, value) in enumerate(figures):
        x = MARGIN + number * (wide + gap)
        canvas.setFillColor(SHADE)
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.4)
        canvas.rect(x, bottom, wide, _TILE_HIGH, stroke=1, fill=1)
        canvas.setFillColor(SOFT)
        draw(canvas, x + 8, bottom + _TILE_HIGH - 15, label, TEXT, size=SMALL)
        _figure(sheets, x + 8, bottom + 13, wide - 14, value, is_gain=label.startswith("Gain"))
    sheets.y = bottom - 4


def _figure(sheets: Sheets, x: float, y: float, across: float, value: Decimal, *, is_gain: bool) -> None:
    """As large as fits; what fits in no size is broken in two lines."""
    text, size = f"{value:,}", _LARGEST
    while width(text, STRONG, size) > across and size > _SMALLEST:
        size -= 0.5
    sheets.canvas.setFillColor((LOSS if value < 0 else ACCENT) if is_gain else INK)
    lines = wrapped(text, STRONG, size, across)
    for number, line in enumerate(lines[:3]):
        draw(sheets.canvas, x, y + (len(lines[:3]) - 1 - number) * (size + 1) - 4, line, STRONG, size=size)
