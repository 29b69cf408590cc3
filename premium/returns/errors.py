"""The error of a case that has no answer."""

from __future__ import annotations


class Unanswerable(Exception):
    """A case cannot be answered: a code for programs and a sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message
