"""Tell a line that stands in a file twice from two events under one id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from premium.errors import InvalidInput
from premium.tax.importers.base import Left, Line, Made
from premium.tax.importers.on_disk import names_for


class Repeats:
    """The ids of a file's lines, and what each of them said first."""

    def __init__(self, lines: Iterable[Line], column: str, said: Sequence[str]) -> None:
        """`said` are the columns that say what the event is."""
        self._column, self._said = column, said
        self._ids, self._contents = names_for(lines), names_for(lines)

    def of(self, line: Line) -> Left | None:
        """Return why a line is left out whose id stands above, or None.

        InvalidInput where that one is another event: no id is of two.
        """
        name = line[self._column]
        if not name:
            return None
        first = self._ids.first(name, line.number)
        same = self._contents.first("\n".join([name, *(line[column] for column in self._said)]), line.number)
        if first == line.number:
            return None
        if same == line.number:
            text = f"{name[:60]!r} stands on line {first} already, for another event"
            raise line.wrong(self._column, text)
        return Left(f"the same {self._column} stands on an earlier line")


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
