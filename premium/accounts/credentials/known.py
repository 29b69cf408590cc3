"""Keep what was read of users until their marks change, or for a while."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar
from uuid import UUID

from premium.accounts.model import User

_MARK_SECONDS = 3600.0
_MAX_KNOWN = 10_000
V = TypeVar("V")


class Recent(Generic[V]):
    """Keep values by name for some seconds.

    Beyond 10,000 the oldest are dropped.
    """

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._known: OrderedDict[str, tuple[float, V]] = OrderedDict()

    def get(self, name: str, *, since: float = float("-inf")) -> V | None:
        """Return the value while it is fresh, and was put after `since`."""
        kept, value = self._known.get(name, (float("-inf"), None))
        return value if self._monotonic() - kept < self._seconds and kept > since else None

    def put(self, name: str, value: V) -> V:
        """Keep a value and return it."""
        self._known[name] = (self._monotonic(), value)
        self._known.move_to_end(name)
        if len(self._known) > _MAX_KNOWN:
            self._known.popitem(last=False)
        return value

    def drop(self, name: str) -> None:
        """Forget a value."""
        self._known.pop(name, None)


class KnownUsers:
    """Users by the names of their credentials, each under a mark.

    A row is read, then the request is counted and the user's mark comes back with that. Under the mark of before, the
    row holds. Under another one everything of the user is forgotten, and read again after the mark: so what is kept
    under a mark was read after it. A row that was read for this very request holds for it.
    """

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._rows: Recent[User] = Recent(seconds, monotonic)
        self._marks: Recent[str] = Recent(_MARK_SECONDS, monotonic)
        self._void: Recent[float] = Recent(_MARK_SECONDS, monotonic)
        self._monotonic = monotonic
        self._newest: tuple[User, float] | None = None

    def get(self, name: str) -> User | None:
        """Return the row of a credential, unless it is old or forgotten."""
        self._newest = None
        row = self._rows.get(name)
        if row is None:
            return None
        return self._rows.get(name, since=self._void.get(str(row.id)) or float("-inf"))

    def put(self, name: str, row: User) -> None:
        """Keep the row of a credential."""
        self._rows.put(name, row)
        self._newest = (row, self._monotonic())

    def holds(self, row: User, mark: str | None) -> bool:
        """Tell whether a row holds under the mark that was read after it.

        None: none could be read.
        """
        newest, self._newest = self._newest, None
        if newest is not None and newest[0] is row:
            return True
        if mark is not None and self._marks.get(str(row.id)) == mark:
            return True
        self._forget(row.id, mark)
        return False

    def _forget(self, user_id: UUID, mark: str | None) -> None:
        self._void.put(str(user_id), self._monotonic())
        if mark is None:
            self._marks.drop(str(user_id))
        else:
            self._marks.put(str(user_id), mark)
