"""What each service's function asks of AWS around its routes: secrets, audit, idempotency, records.

The run's recorder (tests/fixtures/calls.py) sees it; tests/infra/test_rights.py holds it to the function's role.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

import pytest

from handlers.runtime import idempotency
from premium.bootstrap import Platform
from premium.manifest import Service, services
from tests.factories.http import Answer, answer, event, verdict
from tests.fixtures.calls import written
from tests.fixtures.run import folder

pytestmark = pytest.mark.integration
ROUTED = [service for service in services() if service.routes]
QUERIES = {"GET /v1/gas/backtest": {"chain": "ethereum", "horizon": "3"}}
"""Where a question that names nothing is refused before anything is asked."""


@pytest.fixture(autouse=True)
def _new(platform: Platform) -> Iterator[None]:
    """As a new process: the store of idempotency keys is another run's."""
    idempotency._store.cache_clear()
    yield
    idempotency._store.cache_clear()


@pytest.mark.parametrize("service", ROUTED, ids=lambda service: service.name)
def test_every_route_answers_and_what_it_asks_is_recorded(
    service: Service, user: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICE_NAME", service.name)
    handler = import_module(f"handlers.{service.name}").handler
    for route in service.routes:
        answered = asked(handler, route, user)
        assert answered.status < 500, f"{route}: {answered.text}"
    called = {call.variable for call in written(folder() / "calls") if call.who == f"function:{service.name}"}
    if "database" in service.needs:
        assert "DATABASE_SECRET_ARN" in called


def asked(handler: Any, route: str, user: UUID) -> Answer:
    """The answer to a request that names nothing that is there, under an Idempotency-Key."""
    method, _, path = route.partition(" ")
    names = re.findall(r"\{(\w+)\}", path)
    given = {name: str(uuid4()) for name in names}
    made = event(
        method,
        path.format(**given),
        by=verdict(user),
        body=None if method == "GET" else {},
        query=QUERIES.get(route),
        headers={"content-type": "application/json", "idempotency-key": uuid4().hex},
    )
    made["routeKey"] = made["requestContext"]["routeKey"] = route
    made["pathParameters"] = given
    return answer(handler(made, None))
