"""Tell a line that stands in a file twice from two events under one id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from premium.errors import InvalidInput
from premium.tax.importers.base import Left, Line, Made
from premium.tax.importers.on_disk import NamesInMemory, names_for
from premium.tax.store.scratch import NamesOnDisk


class Repeats:
    """The ids of a file's lines, and what each of them said first."""

    def __init__(self, lines: Iterable[Line], column: str, said: Sequence[str]) -> None:
        """`said` are the columns that say what the event is."""
        self._lines, self._column, self._said = lines, column, said
        self._ids = names_for(lines)
        self._contents: NamesInMemory | NamesOnDisk | None = None
        """Which line said it first; looked up once an id is met again, which few files have."""

    def of(self, line: Line) -> Left | None:
        """Return why a line is left out whose id stands above, or None.

        InvalidInput where that one is another event: no id is of two.
        """
        name = line[self._column]
        first = self._ids.first(name, line.number) if name else line.number
        if first == line.number:
            return None
        if self._contents is None:
            self._contents = names_for(self._lines)
            for each in self._lines:
                self._contents.first(self._content(each), each.number)
        if self._contents.first(self._content(line), line.number) != first:
            text = f"{name[:60]!r} stands on line {first} already, for another event"
            raise line.wrong(self._column, text)
        return Left(f"the same {self._column} stands on an earlier line")

    def _content(self, line: Line) -> str:
        return "\n".join([line[self._column], *(line[column] for column in self._said)])


def repeated(line: Line, repeats: Repeats) -> Iterable[Made] | None:
    """Return what a line reads as whose id stands on an earlier one, or None."""
    try:
        left = repeats.of(line)
    except InvalidInput as error:
        return _refused(error)
    return None if left is None else [left]


def _refused(error: InvalidInput) -> Iterator[Made]:
    yield from ()
    raise error
