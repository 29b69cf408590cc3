"""The table of who may ask what (docs/permissions.csv) is the API's document, and what the gate does by role."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest

from handlers.runtime.documents.openapi import document, routers
from handlers.runtime.documents.schemas import camel_path
from handlers.runtime.requests import needs as module
from handlers.runtime.requests.needs import Needs, needs_of
from handlers.runtime.requests.state import RequestState
from premium.errors import AppError
from premium.people.model import Role
from premium.principal import Principal, Ruling
from premium.tiers import Tier
from tests.architecture.tree import ROOT

pytestmark = pytest.mark.unit
TABLE = Path(ROOT) / "docs" / "permissions.csv"
COLUMNS = ("route", "who", "tier", "scope", "roles", "proof")
STAFF_PATHS = ("/admin/", "/v1/admin/", "/v1/internal/")
ROLES = get_args(Role)
FAR = 1 << 40


def rows() -> dict[str, dict[str, str]]:
    with TABLE.open(newline="") as file:
        return {row["route"]: row for row in csv.DictReader(file)}


def of_document() -> dict[str, dict[str, str]]:
    whole: dict[str, Any] = json.loads(json.dumps(document("https://api.example.org", "wss://api.example.org/stream")))
    found = {}
    for path, item in whole["paths"].items():
        for method, one in item.items():
            route = f"{method.upper()} {path}"
            found[route] = {
                "route": route,
                "who": _who(one),
                "tier": one.get("x-tier") or "",
                "scope": one.get("x-scope") or "",
                "roles": one.get("x-role") or "",
                "proof": one.get("x-proof") or "",
            }
    return found


def _who(one: Mapping[str, Any]) -> str:
    if not one["security"]:
        return "its body's credential" if one.get("x-credentials") else "anybody"
    return "staff" if one.get("x-role") else "user"


def written(found: Mapping[str, Mapping[str, str]]) -> str:
    target = io.StringIO()
    made = csv.DictWriter(target, COLUMNS, lineterminator="\n")
    made.writeheader()
    made.writerows(found[route] for route in sorted(found, key=lambda route: (route.partition(" ")[2], route)))
    return target.getvalue()


def test_the_table_is_the_document() -> None:
    """A route whose guard changes changes a line here, which somebody reads."""
    assert TABLE.read_text() == written(of_document()), "write docs/permissions.csv anew, and look at what changed"


def test_what_staff_does_stands_under_its_paths_and_nothing_else_does() -> None:
    for route, row in rows().items():
        path = route.partition(" ")[2]
        assert path.startswith(STAFF_PATHS) == (row["who"] == "staff"), route
        assert (row["proof"] == "second-factor") == (row["who"] == "staff"), route
        assert set(row["roles"].split()) <= set(ROLES), route


def test_nobody_but_a_login_answers_without_credentials_what_changes_something() -> None:
    bare = {route for route, row in rows().items() if row["who"] == "anybody" and not route.startswith("GET ")}
    assert bare == {
        "POST /v1/auth/nonce", "POST /v1/console/vitals", "POST /v1/subscriptions/webhooks",
        "POST /webhooks/paddle", "POST /webhooks/stripe",
    }  # fmt: skip


CALLER = Principal(
    user_id=UUID(int=1), external_id="user_1", tier=Tier.ENTERPRISE, scopes=frozenset({"*"}), proven_until=FAR
)


def passes(needs: Needs, caller: Principal | None) -> bool:
    state = RequestState(request_id="req_1", ruling=Ruling(verdict="allow", principal=caller))
    try:
        needs.check(state)
    except AppError:
        return False
    return True


def guards() -> dict[str, Needs]:
    found = {}
    for app in routers():
        for route in app._static_routes + app._dynamic_routes:
            needs = needs_of(route.func)
            if route.include_in_schema and needs is not None:
                found[f"{route.method} {camel_path(route.openapi_path)}"] = needs
    return found


@pytest.mark.parametrize("role", [*ROLES, ""])
def test_each_role_passes_where_the_table_says_so(role: str) -> None:
    table, tried = rows(), 0
    shown = replace(CALLER, roles=frozenset({role} - {""}), factor_until=FAR)
    for route, needs in guards().items():
        row = table[route]
        asked = row["roles"].split()
        assert passes(needs, shown) == (not asked or role in asked), (role, route)
        if asked and role in asked:
            tried += 1
            assert not passes(needs, replace(shown, factor_until=None)), f"{route}: without a second factor"
            assert not passes(needs, replace(shown, factor_until=1)), f"{route}: with an old one"
            key = replace(CALLER, key_id=UUID(int=2), scopes=frozenset({f"role:{role}"}), proven_until=None)
            assert not passes(needs, key), f"{route}: by a key from anywhere"
            assert passes(needs, replace(key, is_listed=True)), f"{route}: by a key from a listed network"
    assert tried or not role


def test_each_tier_and_scope_passes_where_the_table_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of somebody who keeps nothing of a tier before; who does, reads and removes it."""
    table = rows()
    monkeypatch.setattr(module, "platform", object)
    order = [tier.value for tier in Tier]
    for route, needs in guards().items():
        row = table[route]
        if row["who"] != "user":
            continue
        for tier in Tier:
            monkeypatch.setattr(module, "keeps", lambda *_: False)
            may = not row["tier"] or order.index(tier.value) >= order.index(row["tier"])
            assert passes(needs, replace(CALLER, tier=tier)) == may, (tier, route)
            monkeypatch.setattr(module, "keeps", lambda *_: True)
            assert passes(needs, replace(CALLER, tier=tier)) == (may or needs.kept is not None), (tier, route)
        if row["scope"]:
            key = replace(CALLER, key_id=UUID(int=2), proven_until=None)
            assert passes(needs, replace(key, scopes=frozenset({row["scope"]}))), route
            assert not passes(needs, replace(key, scopes=frozenset())), route
        if row["proof"]:
            assert not passes(needs, replace(CALLER, proven_until=1)), route
