"""Who may ask: no verdict, no answer; tier, scope and role before anything else."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest

from handlers.runtime import router
from handlers.runtime.documents.openapi import routers
from handlers.runtime.entry import entry
from handlers.runtime.router import Router
from tests.factories.http import ANONYMOUS, Handler, ask, verdict
from tests.unit.handlers.notes import handler

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("outcome", "status", "code"),
    [
        ("unauthenticated", 401, "UNAUTHENTICATED"),
        ("forbidden", 403, "FORBIDDEN"),
        ("rate_limited", 429, "RATE_LIMITED"),
        ("unavailable", 503, "UPSTREAM_UNAVAILABLE"),
        ("", 401, "UNAUTHENTICATED"),
        ("ALLOW", 401, "UNAUTHENTICATED"),
    ],
)
def test_the_verdict_is_carried_out(outcome: str, status: int, code: str) -> None:
    answer = ask(handler, "GET", "/v1/notes", by=verdict(outcome=outcome, retryAfter="9", message="because"))
    assert (answer.status, answer.error["code"]) == (status, code)
    assert answer.headers.get("Retry-After") == {"rate_limited": "9", "unavailable": "1"}.get(outcome)


def every_route() -> list[tuple[Handler, str, str]]:
    found = []
    for app in routers():
        for route in app._static_routes + app._dynamic_routes:
            path = route.openapi_path.replace("{", "").replace("}", "")
            found.append((entry(app), route.method, path))
    return found


@pytest.mark.parametrize("context", [None, {}, {"verdict": ""}, {"userId": "x", "tier": "pro"}, {"verdict": 1}])
def test_no_route_of_any_function_answers_without_a_verdict(context: dict[str, str] | None) -> None:
    routes = every_route()
    assert len(routes) > 10
    for function, method, path in routes:
        answer = ask(function, method, path, by=context, body={})
        assert (answer.status, answer.error["code"]) == (401, "UNAUTHENTICATED"), (method, path)


def test_no_route_but_the_public_ones_answers_without_credentials() -> None:
    names = ("nonce", "verify-wallet", "refresh", "logout", "register", "register/confirm", "login")
    names += ("password/forgot", "password/reset", "google/start", "google/callback", "ways")
    logins = {f"/v1/auth/{name}" for name in names}
    webhooks = {"/webhooks/stripe", "/webhooks/paddle", "/v1/subscriptions/webhooks"}
    open_routes = (
        logins
        | webhooks
        | {
            "/",
            "/docs",
            "/docs/name",
            "/v1/health",
            "/v1/console/vitals",
            "/v1/health/ready",
            "/v1/openapi.json",
            "/v1/chains",
        }
    )
    for function, method, path in every_route():
        if path not in open_routes:
            assert ask(function, method, path, by=ANONYMOUS, body={}).status == 401, (method, path)


def test_a_forged_context_is_no_principal() -> None:
    for wrong in ({"userId": "me"}, {"tier": "god"}, {"keyId": "k"}, {"limit": "x"}):
        assert ask(handler, "GET", "/v1/notes", by=verdict(**wrong)).status == 401


@pytest.mark.parametrize("tier", ["free", "starter"])
def test_a_lower_tier_is_refused_before_the_body_is_read(tier: str) -> None:
    answer = ask(handler, "POST", "/v1/notes", by=verdict(tier=tier), raw="not json")
    assert (answer.status, answer.error["code"]) == (403, "TIER_REQUIRED")
    assert answer.error["details"] == {"required": "pro", "tier": tier}


@pytest.mark.parametrize("tier", ["pro", "enterprise"])
def test_the_tier_and_those_above_pass(tier: str) -> None:
    body = {"titleText": "a", "amount": "1"}
    assert ask(handler, "POST", "/v1/notes", by=verdict(tier=tier), body=body).status == 201


def test_a_key_needs_the_scope() -> None:
    key = {"scopes": "notes:read tax:read", "keyId": "0b5c8a0e-0000-4000-8000-000000000000"}
    assert ask(handler, "GET", "/v1/notes", by=verdict(**key)).status == 200
    answer = ask(handler, "POST", "/v1/notes", by=verdict(**key), body={})
    assert (answer.status, answer.error["code"]) == (403, "FORBIDDEN")


def test_only_an_administrator_passes_an_administrators_route() -> None:
    assert ask(handler, "DELETE", "/v1/admin/notes", by=verdict()).error["code"] == "FORBIDDEN"
    assert ask(handler, "DELETE", "/v1/admin/notes", by=verdict(roles="support")).status == 403
    assert ask(handler, "DELETE", "/v1/admin/notes", by=verdict(roles="admin")).status == 200
    assert ask(handler, "DELETE", "/v1/admin/notes", by=verdict(scopes="role:admin")).status == 200


@pytest.mark.parametrize(
    ("by", "details"),
    [
        ({"roles": "admin", "factor": ""}, {"proof": "second factor"}),
        ({"roles": "admin", "factor": str(int(time.time()) - 1)}, {"proof": "second factor"}),
        ({"roles": "admin", "factor": "", "listed": "yes"}, {"proof": "second factor"}),
        ({"scopes": "role:admin", "keyId": str(uuid4())}, {"networks": "none"}),
        ({"scopes": "role:admin", "keyId": str(uuid4()), "listed": "no"}, {"networks": "none"}),
    ],
)
def test_staff_shows_a_second_factor_and_a_key_comes_from_a_listed_network(
    by: dict[str, str], details: dict[str, str]
) -> None:
    refused = ask(handler, "DELETE", "/v1/admin/notes", by=verdict(**by))
    assert (refused.status, refused.error["details"]) == (403, details)


def test_a_key_from_a_listed_network_needs_no_second_factor() -> None:
    by = verdict(scopes="role:admin", keyId=str(uuid4()), factor="", listed="yes")
    assert ask(handler, "DELETE", "/v1/admin/notes", by=by).status == 200


def test_public_routes_answer_anybody_with_a_verdict() -> None:
    assert ask(handler, "GET", "/v1/open", by=ANONYMOUS).status == 200
    assert ask(handler, "GET", "/v1/open", by=verdict(outcome="rate_limited")).status == 429


def test_a_route_must_say_what_it_needs() -> None:
    app: Router = router("X")

    def forgotten() -> None: ...

    with pytest.raises(TypeError, match="needs"):
        app.get("/v1/x")(forgotten)
