"""Steps of a function, and what has been asked before each."""

from __future__ import annotations

from typing import Literal, NamedTuple

from premium.security.source.tree import Node

What = Literal["read", "write", "call", "send", "view", "delegate", "create", "destroy", "check", "loop", "other"]


class Condition(NamedTuple):
    """What holds from here on; one that `returns` alone holds no longer than its function."""

    node: Node
    held: bool
    returns: bool = False


class Event(NamedTuple):
    """One step; `home` is the statement of the outermost function in which it happens."""

    what: What
    node: Node
    home: Node
    variable: int | None = None
    """The state variable that is read or written."""
    target: Node | None = None
    """What is called or written; of a check what fails where it does not hold."""
    value: Node | None = None
    """The coin that goes along."""
    conditions: tuple[Condition, ...] = ()
    """What has been asked since the function began, and how it was answered."""
    loops: tuple[Node, ...] = ()
    inner: int = 0
    """How many calls deep it happens."""
    owner: Node | None = None
    """The function or modifier whose text it is in."""
