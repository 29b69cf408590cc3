"""Draw tables over many pages, with headings and subtotals carried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from textwrap import wrap
from typing import NamedTuple

from reportlab.lib.pagesizes import landscape, letter

from premium.tax.reports.layout.paper import MARGIN, Paper

DISCLAIMER = "Prepared from the transactions given; this is no tax advice."
TAXPAYER = (
    f"Name(s) shown on return: {'_' * 60}     Social security number or taxpayer identification number: {'_' * 18}"
)
"""What a form asks of its taxpayer, whom no history names."""
WIDTH, HEIGHT = landscape(letter)
ROWS = 36
"""Lines a page, besides what is carried."""
WRAPPED = 5
"""Lines that one row may take; a text that is longer yet loses its middle, visibly."""
_TEXT, _BOLD, _MONO, _MONO_BOLD = "Helvetica", "Helvetica-Bold", "Courier", "Courier-Bold"
_SIZE = 7.0
# Rows are set in one typeface of fixed width, a line a string: a hundred thousand rows take seconds, not minutes.
_CHARACTER = 0.6 * _SIZE
_LEADING = 10.0
_GAP = "  "
_CUT = "..."
_TEXT_WIDTH = 160
"""Characters of plain text a line."""
Cells = Sequence[str]


class Field(NamedTuple):
    """A column: its heading, its width in characters, and its side.

    The heading's lines are separated by |.
    """

    heading: str
    width: int
    right: bool = False


class Mark(NamedTuple):
    """A line of a head with a box to tick before it."""

    ticked: bool
    text: str


Head = Sequence[str | Mark]


class Pages:
    """Landscape pages of tables and texts."""

    def __init__(self, paper: Paper) -> None:
        self._paper, self._canvas = paper, paper.canvas
        self._y = 0.0
        self._top = 0.0
        self._rules: list[float] = []

    def table(self, head: Head, fields: Sequence[Field], rows: Iterable[Cells], sums: Callable[[str], Cells]) -> None:
        """Draw a table with running totals, `head` on every page.

        `sums(label)` gives the cells of the totals when a page or the table ends.
        """
        pages = _paged(fields, rows)
        page = next(pages, [])
        carried: Cells | None = None
        while True:
            self._begin(head, fields)
            if carried is not None:
                self._row(_lines(fields, carried), bold=True)
            for row in page:
                self._row(row)
            # Totals are asked for before more rows are drawn from the source, which would add to them.
            carried, closing, total = sums("Brought forward"), sums("Carried forward"), sums("Total")
            page = next(pages, [])
            self._row(_lines(fields, closing if page else total), bold=True)
            self._end(fields)
            if not page:
                return

    def sheet(self, head: Head, fields: Sequence[Field], rows: Iterable[Cells]) -> None:
        """Draw a table without totals, over as many pages as it takes.

        Its headings alone where it has no rows.
        """
        pages = _paged(fields, rows)
        for page in chain([next(pages, [])], pages):
            self._begin(head, fields)
            for row in page:
                self._row(row)
            self._end(fields)

    def text(self, head: Head, lines: Iterable[str]) -> None:
        """Draw plain lines under a heading."""
        self._begin(head, ())
        for line in chain.from_iterable(wrap(printable(line), _TEXT_WIDTH) or [""] for line in lines):
            if self._y < MARGIN + 2 * _LEADING:
                self._end(())
                self._begin(head, ())
            self._string(_TEXT, 8.5, line)
        self._end(())

    def _begin(self, head: Head, fields: Sequence[Field]) -> None:
        self._paper.begin((WIDTH, HEIGHT))
        self._y = HEIGHT - MARGIN
        for index, line in enumerate(head):
            if isinstance(line, Mark):
                self._mark(line)
            else:
                self._string(_BOLD if index == 0 else _TEXT, 12 if index == 0 else 8.5, printable(line))
        self._y -= 4
        self._top, self._rules = self._y, []
        if fields:
            self._headings(fields)

    def _headings(self, fields: Sequence[Field]) -> None:
        """The columns' headings on grey."""
        headings = [field.heading.split("|") for field in fields]
        levels = max(map(len, headings))
        canvas = self._canvas
        canvas.setFillGray(0.92)
        canvas.rect(MARGIN - 3, self._top - levels * _LEADING, _across(fields), levels * _LEADING, stroke=0, fill=1)
        canvas.setFillGray(0)
        cells = [[lines[level] if level < len(lines) else "" for lines in headings] for level in range(levels)]
        self._row([_line(fields, level) for level in cells], bold=True)

    def _end(self, fields: Sequence[Field]) -> None:
        canvas = self._canvas
        if fields:
            self._grid(fields)
        canvas.setFont(_TEXT, 7)
        canvas.drawString(MARGIN, MARGIN - 14, printable(self._paper.footer))
        canvas.drawRightString(WIDTH - MARGIN, MARGIN - 14, f"Page {self._paper.number}")
        canvas.showPage()

    def _grid(self, fields: Sequence[Field]) -> None:
        """Hair lines under each row and between the columns, a frame around all."""
        left, right = MARGIN - 3, MARGIN - 3 + _across(fields)
        edges, at = [left, right], MARGIN
        for field in fields[:-1]:
            at += (field.width + len(_GAP)) * _CHARACTER
            edges.append(at - _CHARACTER * len(_GAP) / 2)
        canvas = self._canvas
        canvas.setLineWidth(0.25)
        canvas.setStrokeGray(0.6)
        canvas.lines([(left, y, right, y) for y in (self._top, *self._rules)])
        canvas.lines([(x, self._top, x, self._y) for x in edges])
        canvas.setStrokeGray(0)

    def _string(self, font: str, size: float, text: str) -> None:
        self._canvas.setFont(font, size)
        self._canvas.drawString(MARGIN, self._y - size, text)
        self._y -= size + 3

    def _mark(self, mark: Mark) -> None:
        """A square, crossed where it is ticked, and its text."""
        canvas, size, y = self._canvas, 6.5, self._y - 8
        canvas.setLineWidth(0.6)
        canvas.rect(MARGIN, y, size, size)
        if mark.ticked:
            x = MARGIN
            canvas.lines([(x, y, x + size, y + size), (x, y + size, x + size, y)])
        canvas.setFont(_BOLD if mark.ticked else _TEXT, 8)
        canvas.drawString(MARGIN + size + 5, self._y - 7.5, printable(mark.text))
        self._y -= 10.5

    def _row(self, lines: Sequence[str], *, bold: bool = False) -> None:
        self._canvas.setFont(_MONO_BOLD if bold else _MONO, _SIZE)
        for line in lines:
            self._canvas.drawString(MARGIN, self._y - _SIZE, line)
            self._y -= _LEADING
        self._rules.append(self._y)


def _paged(fields: Sequence[Field], rows: Iterable[Cells]) -> Iterator[list[list[str]]]:
    """The rows' lines, a page at a time; no row is drawn from its source before its page is asked for."""
    page: list[list[str]] = []
    filled = 0
    for row in rows:
        page.append(_lines(fields, row))
        filled += len(page[-1])
        if filled >= ROWS:
            yield page
            page, filled = [], 0
    if page:
        yield page


def _lines(fields: Sequence[Field], cells: Cells) -> list[str]:
    """A row's lines: one, unless a cell, as it will be printed, is wider than its column."""
    cells = [printable(cell) for cell in cells]
    if all(len(cell) <= field.width for field, cell in zip(fields, cells, strict=True)):
        return [_line(fields, cells)]
    columns = [_wrapped(cell, field.width) for field, cell in zip(fields, cells, strict=True)]
    levels = range(max(map(len, columns)))
    return [_line(fields, [column[n] if n < len(column) else "" for column in columns]) for n in levels]


def _line(fields: Sequence[Field], cells: Cells) -> str:
    pairs = zip(fields, cells, strict=True)
    return _GAP.join(cell.rjust(field.width) if field.right else cell.ljust(field.width) for field, cell in pairs)


def _wrapped(text: str, width: int) -> list[str]:
    """At words where that is possible; what needs more than `WRAPPED` lines is shortened in its middle."""
    lines = wrap(text, width, break_on_hyphens=False) or [""]
    if len(lines) <= WRAPPED:
        return lines
    short = shortened(text, width * WRAPPED)
    return [short[start : start + width] for start in range(0, len(short), width)]


def _across(fields: Sequence[Field]) -> float:
    """A table's width in points."""
    characters = sum(field.width for field in fields) + len(_GAP) * (len(fields) - 1)
    return characters * _CHARACTER + 6


def shortened(text: str, width: int) -> str:
    """Return a text without its middle: an id is told apart by its ends."""
    if len(text) <= width:
        return text
    tail = (width - len(_CUT)) // 2
    return text[: width - len(_CUT) - tail] + _CUT + text[-tail:]


def printable(text: str) -> str:
    """Return what the standard typefaces can print.

    Other characters by their escape, so that nothing is silently dropped.
    """
    return text if text.isascii() else text.encode("latin-1", "backslashreplace").decode("latin-1")
