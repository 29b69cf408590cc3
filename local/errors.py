"""What stops a local command: one sentence that says what is wrong and one that says what to do; never a traceback."""

from __future__ import annotations


class LocalError(Exception):
    """`str(error)` is shown to the user as it stands."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem} {remedy}")
