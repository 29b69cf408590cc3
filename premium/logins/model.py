"""What logins by password and by Google are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol
from uuid import UUID

from premium.accounts.service import OpenedSession

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

GOOGLE_SECONDS = 600
"""From the beginning of a login by Google to its end."""
Purpose = Literal["register", "reset"]
Way = Literal["pwd", "google"]
"""What a session says of how its user proved himself."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail that somebody asked for, and what its link will do."""

    id: UUID
    purpose: Purpose
    email: str
    """In lower case."""
    password: str | None
    """The hash of the password that a registration brings."""


@dataclass(frozen=True, kw_only=True)
class LoggedIn:
    """A session that a login opened, or the account that it joined to an identity."""

    granted: OpenedSession | None
    """None where a user who was logged in joined Google to his account."""
    user_id: UUID
    created: bool


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A login at a provider that a browser has begun."""

    url: str
    """Where the browser goes."""
    browser: str
    """What the browser keeps in a cookie, and shows at the end."""


class EmailOwner(Protocol):
    """The user of an e-mail address."""

    @property
    def user_id(self) -> UUID:
        """His id."""
        ...

    @property
    def password(self) -> bytes | None:
        """The hash of his password; None where he has none."""
        ...


class WaysIn(Protocol):
    """Whoever knows users by their addresses and passwords: `premium.accounts.service.ways_in`."""

    def by_email(self, email: str, /) -> EmailOwner | None:
        """Return the user whose address this is."""
        ...

    def add_user(self, email: str | None, fill: Callable[[Connection[DictRow], UUID], bool], /) -> UUID | None:
        """Make a user, and what `fill` adds; None where another has either."""
        ...

    def password(self, user_id: UUID, /) -> bytes | None:
        """Return the hash of a user's password."""
        ...

    def set_password(self, user_id: UUID, hashed: bytes, /) -> None:
        """Keep the hash of a user's password."""
        ...

    def replace_password(self, user_id: UUID, hashed: bytes, /, *, but: UUID | None) -> set[UUID]:
        """Keep another hash, and end all sessions but one.

        Return those that lived.
        """
        ...


class Kept(Protocol):
    """Values of one kind, each under a name for a while: `premium.accounts.service.kept_once`."""

    def put(self, name: str, value: Mapping[str, object], *, milliseconds: int) -> None:
        """Keep a value for so long."""
        ...

    def look(self, name: str) -> dict[str, Any] | None:
        """Return a value and leave it there."""
        ...

    def take(self, name: str) -> dict[str, Any] | None:
        """Return a value and take it away; of two at once one has it."""
        ...
