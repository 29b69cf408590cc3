"""What a handler serves, the gateway routes to it, and nothing else: no route that nobody reaches, no empty promise."""

from __future__ import annotations

import importlib
import re

import pytest

from handlers.meta import handler
from handlers.runtime.documents import openapi
from handlers.runtime.router import Router
from stacks.terms.functions import META, Function, answering, deployed
from tests.factories.http import ask, verdict

pytestmark = pytest.mark.unit
ANSWERING = (META, *(function for service in deployed() if (function := answering(service))))


@pytest.mark.parametrize("function", ANSWERING, ids=lambda function: function.name)
def test_what_is_served_is_what_is_routed(function: Function) -> None:
    app: Router = importlib.import_module(function.module).app
    routed = {_unnamed(route) for route in function.routes if route != "$default"}
    served = {_unnamed(f"{route.method} {route.openapi_path}") for route in app._static_routes + app._dynamic_routes}
    assert served == routed


def test_every_router_belongs_to_a_function() -> None:
    tags = {app.tag for app in openapi.routers()}
    assert tags == {importlib.import_module(function.module).app.tag for function in ANSWERING}


@pytest.mark.parametrize("route", [route for function in ANSWERING for route in function.routes if route[0] != "$"])
def test_a_path_that_another_service_has_says_how_it_is_asked(route: str) -> None:
    """By the function that answers what nobody else does, without a look into the others."""
    method, _, path = route.partition(" ")
    answer = ask(handler, "PATCH", re.sub(r"\{[^}]*\}", "1", path), by=verdict())
    assert (answer.status, answer.error["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert method in answer.headers["Allow"].split(", ")
    assert ask(handler, "PATCH", f"{path}/more/of/it", by=verdict()).status == 404


def _unnamed(route: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", route)
