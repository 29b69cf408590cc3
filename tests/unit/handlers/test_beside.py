"""Two invocations at once in one process see nothing of one another's."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from aws_lambda_powertools.event_handler.api_gateway import Route

from handlers.runtime import entry, needs, router
from tests.factories.http import Answer, ask, verdict

pytestmark = pytest.mark.unit


def test_an_invocation_inside_anothers_changes_nothing_of_it() -> None:
    """Each answers with its own path, arguments and context after the other one ended."""
    app = router("Notes")

    @app.get("/v1/notes/<name>")
    @needs(service="portfolio")
    def show(name: str) -> list[Any]:
        """Show a note."""
        with ThreadPoolExecutor(1) as pool:
            inner = pool.submit(asked, "inner").result().data if name == "outer" else []
        here = app.current_event
        return [name, here.path, app.lambda_context, app.context["_route_args"]["name"], *inner]

    handler = entry(app)

    def asked(name: str) -> Answer:
        return ask(handler, "GET", f"/v1/notes/{name}", by=verdict())

    answer = asked("outer")
    assert answer.status == 200, answer.text
    assert answer.data == [
        "outer", "/v1/notes/outer", None, "outer", "inner", "/v1/notes/inner", None, "inner",
    ]  # fmt: skip


def test_outside_of_an_invocation_there_is_no_event() -> None:
    app = router("Notes")
    ask(entry(app), "GET", "/v1/nothing", by=verdict())
    with pytest.raises(LookupError):
        _ = app.current_event


def test_a_routes_first_calls_at_once_wrap_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrapped twice it would be validated twice, in every later call, too."""
    built, at_once = list[str](), Barrier(4)
    build = Route._build_middleware_stack
    app = router("Notes")

    def slowly(self: Route, *parts: Any) -> None:
        built.append(self.path)
        time.sleep(0.05)
        build(self, *parts)

    @app.get("/v1/notes")
    @needs(service="portfolio")
    def notes() -> list[str]:
        """List the notes."""
        return ["one"]

    monkeypatch.setattr(Route, "_build_middleware_stack", slowly)
    handler = entry(app)

    def asked(_: int) -> Answer:
        at_once.wait(timeout=10)
        return ask(handler, "GET", "/v1/notes", by=verdict())

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(asked, range(4)))
    assert [answer.status for answer in answers] == [200] * 4
    assert built == ["/v1/notes"]
