"""What each kind of password does in a rotation."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Iterable
from typing import Protocol

Step = Callable[[str], None]
"""Told of each step before it is taken."""
_LETTERS = string.ascii_letters + string.digits


class Turn(Protocol):
    """One password, or pair of users, in three parts.

    Each may be called again after it was done or half done.
    """

    @property
    def name(self) -> str:
        """Return what operators read."""
        ...

    def prepare(self, rotation: str) -> None:
        """Make the new value valid beside the one in use."""

    def switch(self, rotation: str) -> None:
        """Tell the readers the new value."""

    def retire(self, rotation: str) -> None:
        """End the old value, which nobody uses any more."""

    def stamps(self) -> Iterable[str]:
        """Return the rotations that it has begun; the empty name for none."""

    def noticed(self) -> float:
        """Return when readers were last given something to notice.

        In seconds since 1970; 0 for never.
        """

    def finished(self, rotation: str) -> bool:
        """Return whether nothing is left to do."""


def new_password(length: int = 40) -> str:
    """Return a new password of letters and digits.

    Nothing to escape in a URL, an AUTH token or a header.
    """
    return "".join(secrets.choice(_LETTERS) for _ in range(length))
