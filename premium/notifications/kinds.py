"""Kinds of notices as services declare them, and calls to their senders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module
from itertools import groupby
from typing import Any, TypeVar

import psycopg
from psycopg import Connection
from psycopg.rows import DictRow

from premium.errors import UpstreamUnavailable
from premium.manifest import NoticeKind, services
from premium.notifications.model import Delivery, EndedNotice
from premium.observability import logger

Told = TypeVar("Told", Delivery, EndedNotice)
_TOO_SLOW = (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable)
"""Errors of a sender's own function, which are logged and not raised.

Raised, they would come again at each attempt, and nothing would be written.
"""


@cache
def declared() -> Mapping[str, NoticeKind]:
    """Return the kinds of notices that services declare, by name."""
    return {kind.name: kind for service in services() for kind in service.notices}


def find(name: str) -> NoticeKind:
    """Return the kind of this name; one that nobody declares any more asks for nothing."""
    return declared().get(name) or NoticeKind(name=name)


def permitted(connection: Connection[DictRow], deliveries: Sequence[Delivery]) -> list[Delivery]:
    """The deliveries with their senders' word on each.

    Where a sender fails to answer, its deliveries are held back: they rest untried, and it is asked again.
    """
    found = []
    for kind, some in _by_kind(deliveries):
        if kind.permits is None:
            found += some
            continue
        permits = _called(connection, kind.permits, some)
        if permits is None:
            found += [one.model_copy(update={"is_held_back": True}) for one in some]
            continue
        found += [one.model_copy(update=permits[one.id].changes) if one.id in permits else one for one in some]
    return found


def tell_senders(connection: Connection[DictRow], ended: Sequence[EndedNotice]) -> None:
    """Tell each sender how its notices ended."""
    for kind, some in _by_kind(ended):
        if kind.ended is not None:
            _called(connection, kind.ended, some)


def _by_kind(told: Iterable[Told]) -> Iterable[tuple[NoticeKind, list[Told]]]:
    for name, some in groupby(sorted(told, key=lambda one: one.kind), key=lambda one: one.kind):
        yield find(name), list(some)


def _called(connection: Connection[DictRow], dotted: str, told: Sequence[Any]) -> Any:
    """Return the answer of a sender's function, None where it fails.

    A failure of its own must not stop the others.
    """
    module, _, name = dotted.rpartition(".")
    try:
        function: Callable[..., Any] = getattr(import_module(module), name)
        with connection.transaction():
            return function(connection, told)
    except _TOO_SLOW:
        logger.exception("a sender of notices is too slow", function=dotted, notices=len(told))
        return None
    except (UpstreamUnavailable, psycopg.OperationalError, psycopg.InterfaceError):
        raise
    except Exception:
        logger.exception("a sender of notices failed", function=dotted, notices=len(told))
        return None
