"""What changes something leaves an entry: routes need the table, commands are marked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module

import click
import pytest

from handlers.runtime.audit import MARK
from handlers.runtime.documents.openapi import routers
from handlers.runtime.requests.needs import needs_of
from handlers.runtime.router import Router
from premium import declaration_rules
from premium.cli.main import TOPICS
from premium.cli.operators import CHANGES
from premium.manifest import Service, services
from premium.tiers import MEASURED_ROUTES, SIGNED_ROUTES

pytestmark = pytest.mark.unit
VERBS = {
    "billing webhooks reconcile",
    "gas models promote",
    "gas models retire",
    "portfolio backfill start",
    "security disputes uphold",
    "security disputes withdraw",
    "security labels import",
    "security labels undo",
    "security rescan",
    "security signatures import",
    "security signatures undo",
    "acknowledge",
    "cancel",
    "drain",
    "drop",
    "erase",
    "export",
    "fetch",
    "load",
    "redrive",
    "replay",
    "requeue",
    "resend",
    "retry",
    "revoke",
    "roles",
    "run",
    "split",
    "stop",
    "switch",
}
"""Names of commands that change something, or their whole path; a new one is added here."""


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from commands(each, f"{path} {name}")
    else:
        yield path, command


EVERY = [each for topic in TOPICS for each in commands(getattr(import_module(f"premium.cli.{topic}"), topic), topic)]


@pytest.mark.parametrize("path", [path for path, _ in EVERY if VERBS & {path, *path.split()}])
def test_a_command_that_changes_something_is_marked(path: str) -> None:
    command = dict(EVERY)[path]
    assert hasattr(command.callback, CHANGES), f"premium {path}: @changes_state is missing over its function"


def test_no_other_command_is_marked_without_its_verb_here() -> None:
    marked = {path for path, command in EVERY if hasattr(command.callback, CHANGES)}
    assert [path for path in sorted(marked) if not VERBS & {path, *path.split()}] == []


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_service_with_a_changing_route_must_need_the_audit_table(method: str) -> None:
    notes = Service(name="notes", title="Notes", routes=("GET /v1/notes", f"{method} /v1/notes"), needs=("database",))
    with pytest.raises(ValueError, match=rf'premium/notes/manifest.py: needs=\(…, "audit"\) .*{method} /v1/notes'):
        declaration_rules._check_one(notes)
    declaration_rules._check_one(replace(notes, needs=("database", "audit")))
    declaration_rules._check_one(replace(notes, routes=("GET /v1/notes",)))


@pytest.mark.parametrize("app", list(routers()), ids=lambda app: app.tag)
def test_every_route_that_changes_something_is_surrounded_by_entries(app: Router) -> None:
    for route in app._static_routes + app._dynamic_routes:
        surrounded = getattr(route.func, MARK, False)
        needs = needs_of(route.func)
        changing = route.method != "GET" or (needs is not None and needs.brings is not None)
        if needs is not None and needs.noted:  # by its job: tests/integration/billing/test_webhooks.py
            assert f"{route.method} {route.openapi_path}" in SIGNED_ROUTES | MEASURED_ROUTES
            changing = False
        assert surrounded is changing, f"{route.method} {route.openapi_path}"


def test_every_function_that_changes_something_is_given_the_table() -> None:
    for service in services():
        if any(not route.startswith("GET ") for route in service.routes):
            assert "audit" in service.needs
        for consumer in service.consumers:
            assert consumer.uploads is None or "audit" in consumer.needs
