"""Gather what every service tells operators of its state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module

from premium.bootstrap import Platform
from premium.jobs.state import State
from premium.manifest import Service, services

States = Callable[[Platform], Iterable[State]]


def gathered(platform: Platform) -> list[State]:
    """Return the lines of all services.

    One whose stores do not answer is a line with a problem.
    """
    return [line for each in services() if each.states is not None for line in _of_service(each, platform)]


def _of_service(each: Service, platform: Platform) -> Iterator[State]:
    module, _, name = str(each.states).rpartition(".")
    function: States = getattr(import_module(module), name)
    try:
        yield from function(platform)
    except Exception as error:  # noqa: BLE001 - it is shown
        # An operator looks when something is wrong: what answers is shown, and what does not is named.
        said = str(error).strip().splitlines() or [""]
        yield State(what="store", name=each.name, problem=f"cannot be read: {type(error).__name__}: {said[0][:200]}")
