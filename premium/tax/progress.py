"""Follow a long calculation: its parts, and how far each is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

Item = TypeVar("Item")


class Watch(Protocol):
    """Follows the parts of a calculation.

    `watch(what, items, count)` gives the items on; `watch.wait(what)` tells of a part that cannot be counted.
    """

    def __call__(self, what: str, items: Iterable[Item], count: int) -> Iterable[Item]: ...

    def wait(self, what: str) -> None: ...


class Unwatched:
    """Follows nothing."""

    def __call__(self, what: str, items: Iterable[Item], count: int) -> Iterable[Item]:  # noqa: ARG002 - as the protocol has them
        return items

    def wait(self, what: str) -> None:
        pass
