"""Neutral rows as files give them, and their refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

BLANK: dict[str, Any] = {}
"""An empty line of a CSV: passed over, but counted, so that every other line keeps its number."""
SHORT = 40
"""As much of a wrong value as a message shows."""
MAX_TEXT = 200


class Piece(list[Any]):
    """Rows that a file's piece held, to be looked at together."""


class Lines:
    """The lines of one event of a file, and what became of them."""

    __slots__ = ("fate", "numbers")

    def __init__(self, numbers: Sequence[int]) -> None:
        self.numbers = tuple(numbers)
        self.fate: str | None = None
        """READ, REFUSED, or why they were left out; None before anybody has looked."""

    def mark(self, fate: str) -> None:
        """Note what became of one of the event's rows.

        What is refused is not read, what is read is not left out.
        """
        if fate == REFUSED or self.fate not in (READ, REFUSED):
            self.fate = fate


READ, REFUSED = "read", "refused"


class LinedRow(dict[str, Any]):
    """A neutral row that knows the line of the file where its event begins."""

    __slots__ = ("line", "lines")

    def __init__(self, row: Mapping[str, Any], line: int, lines: Lines | None = None) -> None:
        super().__init__(row)
        self.line, self.lines = line, lines


class Unreadable(LinedRow):
    """In place of an event that cannot be read: which column, and why."""

    __slots__ = ("column", "reason")

    def __init__(self, line: int, column: str, reason: str, lines: Lines | None = None) -> None:
        super().__init__({}, line, lines)
        self.column, self.reason = column, reason


class Flawed(NamedTuple):
    """A reason in place of a row or part that says two things at once."""

    field: str
    reason: str


class Refused(Exception):
    """A row that cannot be read; `field` says where."""

    def __init__(self, field: str, reason: str, code: str = "invalid_field") -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason, self.code = field, reason, code


def shown(text: str, length: int) -> str:
    """Cut a file's text as an answer can hold it.

    Half a character is shown by its escape.
    """
    return text[:length].encode("utf-8", "backslashreplace").decode()


def shown_id(name: Any) -> str | None:
    """Return a row's id as a remark can hold it, or None."""
    return shown(str(name), MAX_TEXT) if isinstance(name, str | int) else None
