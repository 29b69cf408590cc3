"""Flow headings, paragraphs, figures and tables down portrait pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from reportlab.lib.colors import HexColor

from premium.tax.reports.layout.paper import Paper
from premium.tax.reports.layout.typefaces import STRONG, TEXT, draw, width, wrapped

INK, SOFT, LINE, SHADE = HexColor("#1B2430"), HexColor("#5B6675"), HexColor("#C9D1DA"), HexColor("#F1F4F7")
ACCENT, LOSS, BAND = HexColor("#1F7A6B"), HexColor("#B5483A"), HexColor("#12304A")
MARGIN = 48.0
BODY, SMALL, LEADING = 8.5, 7.0, 1.36
SMALLEST = 6.5
"""Figures are set smaller before they are broken, but no smaller than this."""


class Column(NamedTuple):
    """A column of a table.

    Its heading, its share of the width, its side, and the most lines of a cell. What needs more lines is shortened in
    its middle: an id is told apart by its ends.
    """

    heading: str
    share: float
    right: bool = False
    lines: int = 8


class Sheets:
    """Portrait pages that fill from the top.

    `label` stands in the head of each page.
    """

    def __init__(self, paper: Paper, label: str) -> None:
        self.paper, self.canvas = paper, paper.canvas
        self._label = label
        self.wide, self._high = paper.portrait
        self.inner = self.wide - 2 * MARGIN
        self.y = 0.0
        self._open = False

    def page(self) -> None:
        """Begin a page."""
        self.close()
        self.paper.begin(self.paper.portrait)
        self._open = True
        self.y = self._high - MARGIN
        self.canvas.setFillColor(SOFT)
        draw(self.canvas, MARGIN, self._high - 30, self._label, TEXT, size=SMALL)
        self.canvas.setStrokeColor(LINE)
        self.canvas.setLineWidth(0.5)
        self.canvas.line(MARGIN, self._high - 36, self.wide - MARGIN, self._high - 36)
        self.y -= 8

    def close(self) -> None:
        """End the page that is open."""
        if not self._open:
            return
        self.canvas.setFillColor(SOFT)
        draw(self.canvas, MARGIN, 26, self.paper.footer, TEXT, size=SMALL)
        number = f"Page {self.paper.number}"
        draw(self.canvas, self.wide - MARGIN - width(number, TEXT, SMALL), 26, number, TEXT, size=SMALL)
        self.canvas.showPage()
        self._open = False

    def room(self, height: float) -> bool:
        """Begin a page unless so much is left of this one.

        Tell whether one was begun.
        """
        if self._open and self.y - height >= MARGIN:
            return False
        self.page()
        return True

    def heading(self, text: str, *, after: float = 60) -> None:
        """Write a section's heading, with room for what follows on the same page."""
        self.room(34 + after)
        self.y -= 22
        self.canvas.setFillColor(BAND)
        draw(self.canvas, MARGIN, self.y, text, STRONG, size=13)
        self.y -= 8

    def paragraph(self, text: str, *, strong: bool = False, soft: bool = False, indent: float = 0) -> None:
        """Write a paragraph."""
        font = STRONG if strong else TEXT
        for line in wrapped(text, font, BODY, self.inner - indent) if text else [""]:
            self.room(BODY * LEADING)
            self.y -= BODY * LEADING
            self.canvas.setFillColor(SOFT if soft else INK)
            draw(self.canvas, MARGIN + indent, self.y, line, font, size=BODY)
        self.y -= 3

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[str]], *, total: bool = False) -> None:
        """Draw a table, its headings on every page.

        With `total` the last row is set strong. A row without cells but its first is a heading within the table.
        """
        total_share = sum(column.share for column in columns)
        across = [column.share / total_share * self.inner for column in columns]
        self.y -= 6
        self._headings(columns, across)
        given = list(rows)
        ends = len(given) - 1 if total else None
        listed = [_set(row, across, columns, is_total=number == ends) for number, row in enumerate(given)]
        for number, row in enumerate(listed):
            # Neither a total nor a heading within the table stands alone on a page.
            is_beside = (total and number == len(listed) - 2) or row.heads
            beside = listed[number + 1].height if is_beside and number + 1 < len(listed) else 0
            if self.room(row.height + beside):
                self._headings(columns, across)
            self._row(row, across, columns)
        if not listed:
            self.y -= 13
            self.canvas.setFillColor(SOFT)
            draw(self.canvas, MARGIN + 4, self.y, "None", TEXT, size=BODY)
        self.y -= 8

    def _headings(self, columns: Sequence[Column], across: Sequence[float]) -> None:
        cells = [
            _Cell(wrapped(c.heading, STRONG, SMALL, w - 8), STRONG, SMALL) for c, w in zip(columns, across, strict=True)
        ]
        height = max(len(cell.lines) for cell in cells) * SMALL * LEADING + 7
        self.canvas.setFillColor(SHADE)
        self.canvas.rect(MARGIN, self.y - height, self.inner, height, stroke=0, fill=1)
        self._row(_Row(cells, height, strong=True), across, columns)

    def _row(self, row: _Row, across: Sequence[float], columns: Sequence[Column]) -> None:
        x = MARGIN
        self.canvas.setFillColor(INK)
        for cell, wide, column in zip(row.cells, across, columns, strict=True):
            y = self.y - 2.5
            for line in cell.lines:
                y -= cell.size * LEADING
                at = x + wide - 4 - width(line, cell.font, cell.size) if column.right else x + 4
                draw(self.canvas, at, y + 2, line, cell.font, size=cell.size)
            x += wide
        self.y -= row.height
        self.canvas.setStrokeColor(LINE)
        self.canvas.setLineWidth(0.6 if row.strong else 0.3)
        self.canvas.line(MARGIN, self.y, self.wide - MARGIN, self.y)


class _Cell(NamedTuple):
    """A cell as it is set."""

    lines: list[str]
    font: str
    size: float


class _Row(NamedTuple):
    """A row as it is set."""

    cells: list[_Cell]
    height: float
    strong: bool
    heads: bool = False
    """Whether it is a heading within the table."""


def _set(row: Sequence[str], across: Sequence[float], columns: Sequence[Column], *, is_total: bool) -> _Row:
    heads = len(row) > 1 and not any(row[1:])
    strong = heads or is_total
    cells = [
        _cell(text, wide - 8, column, strong=strong) for text, wide, column in zip(row, across, columns, strict=True)
    ]
    return _Row(cells, max(len(cell.lines) * cell.size * LEADING for cell in cells) + 5, strong, heads)


def _cell(text: str, across: float, column: Column, *, strong: bool) -> _Cell:
    font, size = STRONG if strong else TEXT, BODY
    if column.right and " " not in text:
        while width(text, font, size) > across and size > SMALLEST:
            size -= 0.25
    lines, kept = wrapped(text, font, size, across), len(text)
    if len(lines) > column.lines:
        # About as much as fits, and then a little less until it does.
        kept = min(kept, int(kept * across * column.lines / width(text, font, size)) + 1)
    while len(lines) > column.lines and kept > 1:
        lines = wrapped(shortened(text, kept), font, size, across)
        kept -= max(1, kept // 16)
    return _Cell(lines, font, size)


def fitting(text: str, font: str, size: float, across: float) -> str:
    """Return a text, without its middle where it is wider."""
    kept, shown = len(text), text
    while width(shown, font, size) > across and kept > 1:
        kept -= 1
        shown = shortened(text, kept)
    return shown


def shortened(text: str, length: int) -> str:
    """Return a text without its middle."""
    tail = (length - 1) // 2
    return text if len(text) <= length else f"{text[: length - 1 - tail]}…{text[-tail:] if tail else ''}"
