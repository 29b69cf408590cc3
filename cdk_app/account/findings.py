"""Say what a check of an account found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Client = Callable[[str, str], Any]
"""`client(service, region)`."""


@dataclass(frozen=True)
class Finding:
    """One thing that a deployment needs.

    Whether it is there, what was seen, what to do.
    """

    name: str
    ok: bool
    seen: str
    remedy: str
    known: bool = True
    """False where it could not be looked at."""


class SignedOut(Exception):
    """Nothing can be asked: the text says why."""
