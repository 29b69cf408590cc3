"""Resolve invocations that run beside one another.

Powertools keeps the event under way in an attribute of a class, since a Lambda process serves one at a time; a test
serves several.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.api_gateway import ResponseBuilder, Route


@dataclass(frozen=True)
class Invocation:
    """What Powertools asks of the request that it serves."""

    event: Any
    lambda_context: Any
    notes: dict[str, Any] = field(default_factory=dict)
    """Powertools' `context`: the route, its arguments."""


_SERVED: ContextVar[Invocation] = ContextVar("invocation")


class Resolver(APIGatewayHttpResolver):
    """Powertools' resolver, each invocation of which sees its own event alone.

    LookupError where the event is asked for outside of an invocation.
    """

    def __init__(self, **options: Any) -> None:
        self._building = Lock()
        super().__init__(**options)

    def resolve(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Answer an event as Powertools does."""
        served = _SERVED.set(Invocation(self._to_proxy_event(dict(event)), context))
        try:
            return super().resolve(event, context)
        finally:
            _SERVED.reset(served)

    @property
    def current_event(self) -> Any:  # type: ignore[override] # Powertools sets its class's, which nobody reads
        return _SERVED.get().event

    @property
    def lambda_context(self) -> Any:  # type: ignore[override] # the same
        return _SERVED.get().lambda_context

    @property
    def context(self) -> dict[str, Any]:
        return _SERVED.get().notes

    @context.setter
    def context(self, notes: dict[str, Any]) -> None:
        """Pass over the empty one that Powertools begins with."""

    def _call_route(self, route: Route, route_arguments: dict[str, str]) -> ResponseBuilder[Any]:
        # Two first calls at once would wrap it in its middlewares twice.
        with self._building:
            if not route._middleware_stack_built:  # noqa: SLF001 - Powertools has no other name for it
                route._build_middleware_stack(self._router_middlewares, self)  # noqa: SLF001 - the same
        return super()._call_route(route, route_arguments)
