"""What a handler serves, the gateway routes to it, and nothing else: no route that nobody reaches, no empty promise."""

from __future__ import annotations

import importlib
import re

import pytest

from handlers.runtime.router import Router
from stacks.routes import HTTP

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("function", HTTP, ids=lambda function: function.name)
def test_what_is_served_is_what_is_routed(function: object) -> None:
    name, routes = function.name, function.routes  # type: ignore[attr-defined] # stacks.routes.Function
    app: Router = importlib.import_module(f"handlers.{name}").app
    routed = {_unnamed(route) for route in routes if route != "$default"}
    served = {_unnamed(f"{route.method} {route.openapi_path}") for route in app._static_routes + app._dynamic_routes}
    assert served == routed


def _unnamed(route: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", route)
