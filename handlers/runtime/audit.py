"""Write the audit entries of every route that changes something.

One before it runs, one after. A replay of an idempotent answer runs no route, so it is no second change.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from handlers.runtime.answers.errors import as_app_error
from handlers.runtime.models import Body
from handlers.runtime.requests.state import current
from premium.bootstrap import platform

MARK = "__audited__"
"""The mark of a function that is surrounded by entries.

A test looks for it on each route that changes something.
"""
_PARAMETER = re.compile(r"<(\w+)>")
_AGENT_CHARACTERS = 200


def audited(*, target: object = None, **changes: object) -> None:
    """Add target and changes to the audit entry of the current request.

    Path parameters, the created id and the names of the body's fields are told without it.
    """
    record = current().record
    if record is not None:
        record.add(*(() if target is None else (target,)), **changes)


def recorded(function: Callable[..., Any], rule: str, *, security: bool) -> Callable[..., Any]:
    """Return a route's function that writes an audit entry before and after."""
    parameters = _PARAMETER.findall(rule)

    @functools.wraps(function)
    def run(**arguments: Any) -> Any:
        from premium.audit.service import AuditTrail, actor_of  # noqa: PLC0415 - reads need none of it

        state = current()
        targets = [arguments[name] for name in parameters if name in arguments]
        about = {**asked(), "security": security}
        with AuditTrail.of(platform()).recorded(
            actor_of(state.ruling.principal), state.route[:100], targets=targets, **about
        ) as record:
            state.record = record
            try:
                value = _run(function, arguments)
                record.add(*_created(value), **_fields(arguments))
            finally:
                state.record = None
            return value

    setattr(run, MARK, True)
    return run


def _run(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """Call the route; what its caller is told of a failed store, the entry tells, too."""
    try:
        return function(**arguments)
    except Exception as error:
        known = as_app_error(error)
        if known is None or known is error:
            raise
        raise known from error


def asked() -> dict[str, str]:
    """Return what an entry tells of who asks: `request_id`, `address` and `user_agent`."""
    state = current()
    headers = state.event.get("headers") or {}
    agent = str(headers.get("user-agent") or "")[:_AGENT_CHARACTERS]
    return {"request_id": state.request_id, "address": state.ruling.address, "user_agent": agent}


def _created(value: object) -> tuple[object, ...]:
    made = getattr(value, "id", None)
    return () if made is None else (made,)


def _fields(arguments: dict[str, Any]) -> dict[str, list[str]]:
    """Return the names of a body's fields, whose values may be secret."""
    names = [name for given in arguments.values() if isinstance(given, Body) for name in given.model_fields_set]
    return {"fields": sorted(names)} if names else {}
