"""Tables over many pages: headings on each, subtotals carried from page to page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from reportlab.lib.pagesizes import landscape, letter
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = landscape(letter)
MARGIN = 36.0
ROWS = 38
"""Lines a page, besides what is carried."""
_TEXT, _BOLD, _MONO, _MONO_BOLD = "Helvetica", "Helvetica-Bold", "Courier", "Courier-Bold"
_SIZE = 7.0
# Rows are set in one typeface of fixed width, a row a string: a hundred thousand rows take seconds, not minutes.
_CHARACTER = 0.6 * _SIZE
_LEADING = 11.0
Cells = Sequence[str]


class Field(NamedTuple):
    """A column: heading (its lines separated by |), width in characters, and whether it is set to the right."""

    heading: str
    width: int
    right: bool = False


class Pages:
    """A document of tables and texts. The same calls give the same bytes: no clock, no random id."""

    def __init__(self, path: Path, title: str, footer: str) -> None:
        self._canvas = Canvas(str(path), pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=1)
        self._canvas.setTitle(title)
        self._canvas.setProducer("premium")
        self._footer = footer
        self._number = 0
        self._y = 0.0

    def table(self, head: Cells, fields: Sequence[Field], rows: Iterable[Cells], sums: Callable[[str], Cells]) -> None:
        """`head` on every page; `sums(label)` gives the cells of the running totals when a page or the table ends."""
        source = iter(rows)
        page = list(islice(source, ROWS))
        carried: Cells | None = None
        while True:
            self._begin(head, fields)
            if carried is not None:
                self._row(fields, carried, bold=True)
            for row in page:
                self._row(fields, row)
            # Totals are asked for before more rows are drawn from the source, which would add to them.
            carried, closing, total = sums("Brought forward"), sums("Carried forward"), sums("Total")
            page = list(islice(source, ROWS))
            self._rule(fields)
            self._row(fields, closing if page else total, bold=True)
            self._end()
            if not page:
                return

    def sheet(self, head: Cells, fields: Sequence[Field], rows: Iterable[Cells]) -> None:
        """A table without totals, over as many pages as it takes."""
        source = iter(rows)
        page = list(islice(source, ROWS))
        while True:
            self._begin(head, fields)
            for row in page:
                self._row(fields, row)
            self._end()
            page = list(islice(source, ROWS))
            if not page:
                return

    def text(self, head: Cells, lines: Iterable[str]) -> None:
        """Plain lines under a heading."""
        self._begin(head, ())
        for line in lines:
            if self._y < MARGIN + 2 * _LEADING:
                self._end()
                self._begin(head, ())
            self._string(_TEXT, 8.5, printable(line))
        self._end()

    def save(self) -> None:
        self._canvas.save()

    def _begin(self, head: Cells, fields: Sequence[Field]) -> None:
        self._number += 1
        self._y = HEIGHT - MARGIN
        for index, line in enumerate(head):
            self._string(_BOLD if index == 0 else _TEXT, 12 if index == 0 else 8.5, printable(line))
        self._y -= 4
        if fields:
            headings = [field.heading.split("|") for field in fields]
            for level in range(max(map(len, headings))):
                cells = [lines[level] if level < len(lines) else "" for lines in headings]
                self._row(fields, cells, bold=True)
            self._rule(fields)

    def _end(self) -> None:
        canvas = self._canvas
        canvas.setFont(_TEXT, 7)
        canvas.drawString(MARGIN, MARGIN - 14, printable(self._footer))
        canvas.drawRightString(WIDTH - MARGIN, MARGIN - 14, f"Page {self._number}")
        canvas.showPage()

    def _string(self, font: str, size: float, text: str) -> None:
        self._canvas.setFont(font, size)
        self._canvas.drawString(MARGIN, self._y - size, text)
        self._y -= size + 3

    def _row(self, fields: Sequence[Field], cells: Cells, *, bold: bool = False) -> None:
        text = " ".join(_cell(field, cell) for field, cell in zip(fields, cells, strict=True))
        self._canvas.setFont(_MONO_BOLD if bold else _MONO, _SIZE)
        self._canvas.drawString(MARGIN, self._y - _SIZE, printable(text))
        self._y -= _LEADING

    def _rule(self, fields: Sequence[Field]) -> None:
        characters = sum(field.width + 1 for field in fields) - 1
        self._canvas.setLineWidth(0.5)
        self._canvas.line(MARGIN, self._y + 1, MARGIN + characters * _CHARACTER, self._y + 1)
        self._y -= 2


def _cell(field: Field, text: str) -> str:
    if len(text) > field.width:
        # An amount is never cut; a description is, visibly.
        text = text if field.right else text[: field.width - 1] + "~"
    return text.rjust(field.width) if field.right else text.ljust(field.width)


def printable(text: str) -> str:
    """What the standard typefaces can print; other characters by their escape, so that nothing is silently dropped."""
    return text if text.isascii() else text.encode("latin-1", "backslashreplace").decode("latin-1")
