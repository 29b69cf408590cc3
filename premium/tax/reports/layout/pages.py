"""Draw tables over many pages, with headings and subtotals carried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, chain
from textwrap import wrap
from typing import NamedTuple

from reportlab.lib.pagesizes import landscape, letter

from premium.tax.reports.layout.blanks import Blank, Blanks
from premium.tax.reports.layout.paper import MARGIN, Paper
from premium.tax.reports.layout.typefaces import TEXT as OTHER
from premium.tax.reports.layout.typefaces import draw, width

DISCLAIMER = "Prepared from the transactions given; this is no tax advice."
WIDTH, HEIGHT = landscape(letter)
_LOWEST = MARGIN
"""No line of a table stands lower."""
WRAPPED = 5
"""Lines that one row may take; a text that is longer yet loses its middle, visibly."""
_TEXT, _BOLD, _MONO, _MONO_BOLD = "Helvetica", "Helvetica-Bold", "Courier", "Courier-Bold"
_SIZE = 7.0
# Rows are set in one typeface of fixed width, a line a string: a hundred thousand rows take seconds, not minutes.
_CHARACTER = 0.6 * _SIZE
_LEADING = 10.0
_GAP = "  "
_CUT = "..."
_ESCAPES = {ord("\\"): "\\\\", ord("("): "\\(", ord(")"): "\\)"} | dict.fromkeys(range(32), " ")
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


Places = tuple[Blank, ...]
"""A line of a head with places to fill in."""
Head = Sequence[str | Mark | Places]


class Pages:
    """Landscape pages of tables and texts."""

    def __init__(self, paper: Paper) -> None:
        self._paper, self._canvas = paper, paper.canvas
        self._blanks = Blanks(paper.canvas)
        self._y = 0.0
        self._top = 0.0
        self._rules: list[float] = []
        self._set: list[tuple[bool, float, list[str]]] = []
        """Lines of the page that are not drawn yet: whether bold, from which height down."""

    def table(self, head: Head, fields: Sequence[Field], rows: Iterable[Cells], sums: Callable[[str], Cells]) -> None:
        """Draw a table with running totals, `head` on every page.

        `sums(label)` gives the cells of the totals when a page or the table ends.
        """
        grid = _Grid(fields)
        source = iter(rows)
        row = next(source, None)
        carried: Cells | None = None
        while True:
            self._begin(head, grid)
            if carried is not None:
                self._row(grid, carried, bold=True)
            while row is not None:
                self._row(grid, row)
                # A line is kept for what is carried, and the next row may need several.
                if self._y - _LEADING * (1 + WRAPPED) < _LOWEST:
                    break
                row = next(source, None)
            # Totals are asked for before more rows are drawn from the source, which would add to them.
            carried, closing, total = sums("Brought forward"), sums("Carried forward"), sums("Total")
            row = None if row is None else next(source, None)
            self._row(grid, total if row is None else closing, bold=True)
            self._end(grid)
            if row is None:
                return

    def sheet(self, head: Head, fields: Sequence[Field], rows: Iterable[Cells]) -> None:
        """Draw a table without totals, over as many pages as it takes.

        Its headings alone where it has no rows.
        """
        grid = _Grid(fields)
        self._begin(head, grid)
        for row in rows:
            if self._y - _LEADING * WRAPPED < _LOWEST:
                self._end(grid)
                self._begin(head, grid)
            self._row(grid, row)
        self._end(grid)

    def text(self, head: Head, lines: Iterable[str]) -> None:
        """Draw plain lines under a heading."""
        self._begin(head, None)
        for line in chain.from_iterable(wrap(printable(line), _TEXT_WIDTH) or [""] for line in lines):
            if self._y < MARGIN + 2 * _LEADING:
                self._end(None)
                self._begin(head, None)
            self._string(_TEXT, 8.5, line)
        self._end(None)

    def _begin(self, head: Head, grid: _Grid | None) -> None:
        self._paper.begin((WIDTH, HEIGHT))
        self._y = HEIGHT - MARGIN
        for index, line in enumerate(head):
            if isinstance(line, Mark):
                self._mark(line)
            elif isinstance(line, str):
                self._string(_BOLD if index == 0 else _TEXT, 12 if index == 0 else 8.5, printable(line))
            else:
                self._places(line)
        self._y -= 4
        self._top, self._rules = self._y, []
        if grid:
            self._headings(grid)

    def _headings(self, grid: _Grid) -> None:
        """The columns' headings on grey."""
        headings = [field.heading.split("|") for field in grid.fields]
        levels = max(map(len, headings))
        canvas = self._canvas
        canvas.setFillGray(0.92)
        canvas.rect(MARGIN - 3, self._top - levels * _LEADING, grid.across, levels * _LEADING, stroke=0, fill=1)
        canvas.setFillGray(0)
        cells = [[lines[level] if level < len(lines) else "" for lines in headings] for level in range(levels)]
        self._lines([grid.line(level) for level in cells], bold=True)

    def _end(self, grid: _Grid | None) -> None:
        canvas = self._canvas
        for bold, y, lines in self._set:
            canvas.setFont(_MONO_BOLD if bold else _MONO, _SIZE, _LEADING)
            shown = ") Tj T* (".join(map(_literal, lines))
            canvas.addLiteral(f"BT 1 0 0 1 {MARGIN} {y - _SIZE:.2f} Tm ({shown}) Tj ET")
        self._set.clear()
        if grid:
            self._rule(grid)
        canvas.setFont(_TEXT, 7)
        canvas.drawString(MARGIN, MARGIN - 14, printable(self._paper.footer))
        canvas.drawRightString(WIDTH - MARGIN, MARGIN - 14, f"Page {self._paper.number}")
        canvas.showPage()

    def _rule(self, grid: _Grid) -> None:
        """Hair lines under each row and between the columns, a frame around all."""
        canvas, left, right = self._canvas, MARGIN - 3, MARGIN - 3 + grid.across
        across = [f"{left} {y:.2f} m {right:.2f} {y:.2f} l" for y in (self._top, *self._rules)]
        down = [f"{x:.2f} {self._top:.2f} m {x:.2f} {self._y:.2f} l" for x in (left, *grid.edges, right)]
        canvas.addLiteral(" ".join(["q 0.25 w 0.6 G", *across, *down, "S Q"]))

    def _string(self, font: str, size: float, text: str) -> None:
        self._canvas.setFont(font, size)
        self._canvas.drawString(MARGIN, self._y - size, text)
        self._y -= size + 3

    def _places(self, places: Places) -> None:
        self._canvas.setFont(_TEXT, 8.5)
        self._y -= 11.5
        x = MARGIN
        for place in places:
            x = self._blanks.draw(place, x, self._y + 3) + 12

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

    def _row(self, grid: _Grid, cells: Cells, *, bold: bool = False) -> None:
        line = grid.template % tuple(cells)
        # Ruled at once where each cell fits its column, as almost all do.
        self._lines([line] if len(line) == grid.characters and line.isascii() else self._wide(grid, cells), bold=bold)

    def _wide(self, grid: _Grid, cells: Cells) -> list[str]:
        """A row's lines where a cell is wider than its column, or of another alphabet, which is drawn at once."""
        set_apart = []
        for cell, field, x in zip(cells, grid.fields, grid.starts, strict=True):
            if not cell.isascii() and printable(cell) != cell:
                self._other(cell, field, x)
                cell = ""  # noqa: PLW2901 - its place stays empty
            set_apart.append(printable(cell))
        columns = [_wrapped(cell, field.width) for field, cell in zip(grid.fields, set_apart, strict=True)]
        levels = range(max(map(len, columns)))
        return [grid.line([column[n] if n < len(column) else "" for column in columns]) for n in levels]

    def _other(self, cell: str, field: Field, x: float) -> None:
        """Draw a name of another alphabet into its column; a longer one loses its middle."""
        across, length = field.width * _CHARACTER, len(cell)
        text = cell
        while width(text, OTHER, _SIZE) > across and length > 1:
            length -= 1
            text = shortened(cell, length)
        draw(self._canvas, x, self._y - _SIZE, text, OTHER, size=_SIZE)

    def _lines(self, lines: list[str], *, bold: bool) -> None:
        if self._set and self._set[-1][0] is bold:
            self._set[-1][2].extend(lines)
        else:
            self._set.append((bold, self._y, list(lines)))
        self._y -= _LEADING * len(lines)
        self._rules.append(self._y)


class _Grid:
    """A table's columns, set in characters of one width."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self.fields = fields
        self.template = _GAP.join(f"%{'' if field.right else '-'}{field.width}s" for field in fields)
        self.characters = sum(field.width for field in fields) + len(_GAP) * (len(fields) - 1)
        self.across = self.characters * _CHARACTER + 6
        steps = list(accumulate((field.width + len(_GAP)) * _CHARACTER for field in fields))
        self.starts = [MARGIN + before for before in (0.0, *steps[:-1])]
        self.edges = [start - _CHARACTER * len(_GAP) / 2 for start in self.starts[1:]]

    def line(self, cells: Cells) -> str:
        """Return cells that fit as a line."""
        return self.template % tuple(cells)


def _literal(line: str) -> str:
    """A line as a string of a page's description: what is not ASCII by its octal code in Windows-1252."""
    escaped = line.translate(_ESCAPES)
    if escaped.isascii():
        return escaped
    codes = (character if character.isascii() else f"\\{_code(character):03o}" for character in escaped)
    return "".join(codes)


def _code(character: str) -> int:
    return character.encode("cp1252", "replace")[0]


def _wrapped(text: str, width: int) -> list[str]:
    """At words where that is possible; what needs more than `WRAPPED` lines is shortened in its middle."""
    lines = wrap(text, width, break_on_hyphens=False) or [""]
    if len(lines) <= WRAPPED:
        return lines
    short = shortened(text, width * WRAPPED)
    return [short[start : start + width] for start in range(0, len(short), width)]


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
