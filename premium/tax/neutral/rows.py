"""Neutral rows as files give them, and their refusal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

BLANK: dict[str, Any] = {}
"""An empty line of a CSV: passed over, but counted, so that every other line keeps its number."""
SHORT = 40
"""As much of a wrong value as a message shows."""
MAX_TEXT = 200


class LinedRow(dict[str, Any]):
    """A neutral row that knows the line of the file where its event begins."""

    __slots__ = ("line",)

    def __init__(self, row: Mapping[str, Any], line: int) -> None:
        super().__init__(row)
        self.line = line


class Unreadable(LinedRow):
    """In place of an event that cannot be read: which column, and why."""

    __slots__ = ("column", "reason")

    def __init__(self, line: int, column: str, reason: str) -> None:
        super().__init__({}, line)
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
