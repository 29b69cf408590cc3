"""Preferences, consents, wallets of a user, and what staff does with users, through the authorizer."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from click.testing import CliRunner

from handlers import accounts, people
from local.postgres import SUPERUSER
from premium.audit.service import AuditLog, Bounds
from premium.bootstrap import Platform
from premium.cli.main import main
from tests.factories.http import Answer
from tests.fixtures.postgres import Databases
from tests.integration.handlers.asking import rule, through
from tests.integration.handlers.conftest import Sign

pytestmark = pytest.mark.integration

PREFERENCES, CONSENTS, ADMIN = "/v1/users/preferences", "/v1/users/consents", "/v1/admin/users"
WHY = {"reason": "ticket 4711"}


def ask(method: str, path: str, token: str, body: Any = None, **parts: Any) -> Answer:
    return through(people.handler, method, path, token=token, **({"body": body} if body is not None else {}), **parts)


def id_of(token: str) -> UUID:
    return UUID(rule(token=token)["userId"])


def test_preferences_begin_as_usual_and_change_by_field(at: Platform, sign: Sign) -> None:
    token, other = sign(), sign()
    usual = {"language": "en", "theme": "dark", "notificationsEnabled": True, "tradingPreferences": {}}
    assert ask("GET", PREFERENCES, token).data == usual | {"updatedAt": None}
    changed = ask("PUT", PREFERENCES, token, {"language": "pt-BR", "tradingPreferences": {"slippageBps": 50}}).data
    assert changed["updatedAt"] is not None
    assert ask("PUT", PREFERENCES, token, {"theme": "light"}).data | {"updatedAt": None} == usual | {
        "language": "pt-BR", "theme": "light", "tradingPreferences": {"slippageBps": 50}, "updatedAt": None,
    }  # fmt: skip
    assert ask("GET", PREFERENCES, other).data["language"] == "en"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"language": "english!"}, "language"),
        ({"theme": "pink"}, "theme"),
        ({"tradingPreferences": {"a": "x" * 16_400}}, "tradingPreferences"),
        ({"tradingPreferences": {"a": "\x00"}}, "tradingPreferences"),
        ({"tradingPreferences": [1]}, "tradingPreferences"),
        ({"notificationsEnabled": "yes"}, "notificationsEnabled"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_kept_is_named(at: Platform, sign: Sign, body: dict[str, Any], field: str) -> None:
    refused = ask("PUT", PREFERENCES, sign(), body)
    assert (refused.status, refused.error["code"]) == (400, "INVALID_INPUT")
    assert field in str(refused.error["details"]), refused.text


def test_a_consent_is_granted_once_and_its_history_kept(at: Platform, sign: Sign) -> None:
    token = sign()

    def put(*consents: dict[str, Any]) -> Any:
        answer = ask("PUT", CONSENTS, token, {"consents": list(consents)})
        assert answer.status == 200, answer.text
        return [(each["purpose"], each["version"], each["withdrawnAt"] is None) for each in answer.data]

    first = {"purpose": "marketing", "version": "1", "granted": True}
    assert put(first) == put(first) == [("marketing", "1", True)]
    assert put(first | {"version": "2"}) == [("marketing", "2", True), ("marketing", "1", False)]
    gone = put({"purpose": "marketing", "granted": False}, {"purpose": "terms", "version": "7", "granted": True})
    assert gone == [("terms", "7", True), ("marketing", "2", False), ("marketing", "1", False)]
    assert put({"purpose": "marketing", "granted": False}) == gone, "nothing to withdraw"
    assert ask("GET", CONSENTS, sign()).data == []


@pytest.mark.parametrize(
    "consents",
    [
        [],
        [{"purpose": "marketing", "granted": True}],
        [{"purpose": "world peace", "version": "1", "granted": True}],
        [{"purpose": "terms", "version": "1", "granted": True}, {"purpose": "terms", "granted": False}],
    ],
)
def test_a_consent_without_its_text_is_refused(at: Platform, sign: Sign, consents: list[Any]) -> None:
    assert ask("PUT", CONSENTS, sign(), {"consents": consents}).status == 400


def test_staff_finds_users_by_what_they_are_known_by(at: Platform, sign: Sign, staff: Sign) -> None:
    name, mail = f"user_{uuid4().hex}", f"{uuid4().hex}@example.org"
    admin, token = staff(roles=["support"]), sign(sub=name, email=mail, tier="pro")
    user = str(id_of(token))
    for query in (name, mail.upper(), user, user.upper()):
        found = ask("GET", ADMIN, admin, query={"query": query}).data
        assert [each["id"] for each in found] == [user], query
    assert ask("GET", ADMIN, admin, query={"query": name, "tier": "enterprise"}).data == []
    assert ask("GET", ADMIN, admin, query={"query": name, "status": "restricted"}).data == []
    assert ask("GET", ADMIN, admin, query={"query": f"{name[:-1]}%"}).data == []
    assert ask("GET", f"{ADMIN}/{user}", admin).data["email"] == mail
    assert ask("GET", f"{ADMIN}/{uuid4()}", admin).status == 404


def test_all_users_come_in_pages_newest_first(at: Platform, sign: Sign, staff: Sign) -> None:
    admin = staff(roles=["admin"])
    made = [str(id_of(sign())) for _ in range(5)]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while len(seen) < 5:
        page = ask("GET", ADMIN, admin, query={"limit": "2", **cursor})
        seen += [each["id"] for each in page.data]
        cursor = {"cursor": json.loads(page.text)["meta"]["pagination"]["nextCursor"]}
    assert [each for each in seen if each in made] == made[::-1][: len([each for each in seen if each in made])]


def test_who_is_restricted_is_refused_from_his_next_request_on(at: Platform, sign: Sign, staff: Sign) -> None:
    admin, token = staff(sub="user_staff", roles=["compliance"]), sign()
    user = id_of(token)
    answer = ask("POST", f"{ADMIN}/{user}/restrict", admin, WHY)
    assert (answer.status, answer.data["status"]) == (200, "restricted"), answer.text
    assert rule(token=token)["verdict"] == "forbidden"
    assert ask("POST", f"{ADMIN}/{user}/restrict", admin, WHY).status == 200, "again"
    assert ask("POST", f"{ADMIN}/{user}/unrestrict", admin, WHY).data["status"] == "active"
    assert rule(token=token)["verdict"] == "allow"
    entries = AuditLog.of(at).of_user(id_of(admin), Bounds(limit=10))
    restricted = next(each for each in entries if each.name.endswith("/restrict"))
    assert (restricted.changes["reason"], restricted.targets) == (WHY["reason"], (str(user),))


def test_a_role_given_here_holds_with_the_next_request_and_goes_with_its_keys(
    at: Platform, sign: Sign, staff: Sign
) -> None:
    admin, token = staff(sub="user_staff", roles=["admin"]), sign(tier="enterprise")
    user = id_of(token)
    assert ask("GET", ADMIN, token).status == 403
    given = ask("POST", f"{ADMIN}/{user}/roles", admin, WHY | {"grant": ["support", "finance"]})
    assert given.data["roles"] == ["finance", "support"], given.text
    assert rule(token=token)["roles"] == "finance support"
    unproven = ask("GET", ADMIN, token, query={"limit": "1"})
    assert (unproven.status, unproven.error["details"]) == (403, {"proof": "second factor"}), "no such token shows one"
    body = {"name": "bot", "scopes": ["role:support", "role:finance"]}
    key = through(accounts.handler, "POST", "/v1/users/api-keys", token=token, body=body).data["key"]
    taken = ask("POST", f"{ADMIN}/{user}/roles", admin, WHY | {"revoke": ["support", "admin"]})
    assert taken.data["roles"] == ["finance"]
    assert rule(token=token)["roles"] == "finance"
    assert rule(key=key)["scopes"] == "role:finance"


def test_nobody_judges_himself(at: Platform, sign: Sign, staff: Sign) -> None:
    admin = staff(roles=["admin"])
    me = id_of(admin)
    for what, more in (("restrict", {}), ("unrestrict", {}), ("roles", {"grant": ["finance"]})):
        assert ask("POST", f"{ADMIN}/{me}/{what}", admin, WHY | more).status == 403


@pytest.mark.parametrize("what", ["restrict", "unrestrict", "logout", "roles"])
def test_staff_says_why_is_of_the_role_and_has_logged_in_lately(
    at: Platform, sign: Sign, staff: Sign, what: str
) -> None:
    user, more = id_of(sign()), {"grant": ["support"]} if what == "roles" else {}
    path = f"{ADMIN}/{user}/{what}"
    for why in ({}, {"reason": ""}, {"reason": "x" * 201}, {"reason": " a b "}, {"reason": "a\u202eb"}):
        assert ask("POST", path, staff(roles=["admin"]), why | more).status == 400, why
    for roles in ([], ["finance"]):
        assert ask("POST", path, staff(roles=roles), WHY | more).status == 403, roles
    refused = ask("POST", path, staff(roles=["admin"], ago=1000), WHY | more)
    assert (refused.status, set(refused.error["details"])) == (403, {"proof"})
    assert ask("POST", f"{ADMIN}/{uuid4()}/{what}", staff(roles=["admin"]), WHY | more).status == 404


def test_a_logout_by_staff_ends_sessions_and_no_keys(
    at: Platform, sign: Sign, staff: Sign, postgres: Databases
) -> None:
    token = sign(tier="enterprise")
    user = id_of(token)
    body = {"name": "bot", "scopes": []}
    key = through(accounts.handler, "POST", "/v1/users/api-keys", token=token, body=body).data["key"]
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        connection.execute(
            "INSERT INTO sessions (user_id, amr, expires_at) VALUES (%s, '{wallet}', now() + interval '1 day')", [user]
        )
    assert ask("POST", f"{ADMIN}/{user}/logout", staff(roles=["support"]), WHY).data == {"ended": 1}
    assert rule(key=key)["verdict"] == "allow"


def test_an_operator_makes_the_first_administrator(
    at: Platform, sign: Sign, postgres: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = sign()
    url = postgres.url("premium", "premium_worker")
    operators = Platform(at.settings.model_copy(update={"database_url": url}))
    for module in ("operators", "users"):
        monkeypatch.setattr(f"premium.cli.{module}.platform", lambda: operators)
    given = CliRunner().invoke(main, ["users", "roles", str(id_of(token)), "--grant", "admin", "--why", "the first"])
    assert given.output == f"{id_of(token)} has the roles admin\n"
    assert rule(token=token)["roles"] == "admin"
    taken = CliRunner().invoke(main, ["users", "roles", str(id_of(token)), "--revoke", "admin", "--why", "gone"])
    assert taken.output == f"{id_of(token)} has no role\n"
    assert rule(token=token)["roles"] == ""
    nobody = CliRunner().invoke(main, ["users", "roles", str(uuid4()), "--grant", "admin", "--why", "x"])
    assert (nobody.exit_code, "There is no such user" in nobody.output) == (1, True)
