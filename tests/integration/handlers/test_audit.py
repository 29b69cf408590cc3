"""Changes leave entries: written before and after, refused without, read by their actor and by administrators alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import boto3
import psycopg
import pytest
from boto3.dynamodb.conditions import Key

from handlers import accounts
from handlers.runtime import Body, Caller, View, audited, entry, needs, public, router
from premium.audit.service import AuditTrail
from premium.audit.store import AuditStore
from premium.bootstrap import Platform
from premium.config import ConfigurationError, Settings
from premium.errors import Conflict, UpstreamUnavailable
from premium.storage.aws import client_config
from premium.storage.tables import Table
from tests.factories.http import ANONYMOUS, Answer, ask, event, verdict
from tests.integration.handlers.asking import through
from tests.integration.handlers.conftest import Sign

pytestmark = pytest.mark.integration
LOG = "/v1/compliance/audit-log"
SECRET = "hunter2-hunter2"
app = router("Things")
made: list[str] = []


class Thing(Body):
    name: str
    password: str | None = None


class ThingView(View):
    id: UUID
    name: str


@app.post("/v1/things", status_code=201)
@needs()
def add(caller: Caller, body: Thing) -> ThingView:
    """Make a thing."""
    made.append(body.name)
    if body.name == "taken":
        raise Conflict("taken")
    if body.name == "broken":
        raise RuntimeError(SECRET)
    if body.name == "storeless":
        raise psycopg.OperationalError("the database is away")
    audited(password=body.password, note=f"Bearer {SECRET}", name=body.name)
    return ThingView(id=uuid4(), name=body.name)


@app.put("/v1/things/<thing_id>")
@needs(security=True)
def change(thing_id: UUID, body: Thing) -> ThingView:
    """Change a thing."""
    audited(target="the box", before={"name": "old"}, after={"name": body.name})
    return ThingView(id=thing_id, name=body.name)


@app.get("/v1/things/<thing_id>")
@needs()
def thing(thing_id: UUID) -> ThingView:
    """Look at a thing."""
    audited(target="nothing")
    return ThingView(id=thing_id, name="x")


@app.post("/v1/open")
@public
def opened() -> None:
    """For anybody."""


handler = entry(app)


@pytest.fixture(autouse=True)
def _fresh(at: Platform) -> None:
    made.clear()


@pytest.fixture
def me() -> dict[str, str]:
    return verdict(uuid4(), address="198.51.100.9")


def items(at: Platform, actor: str) -> list[dict[str, Any]]:
    found = at.tables("audit").boto3.query(KeyConditionExpression=Key("pk").eq(actor))["Items"]
    return [dict(item) for item in found]


def log(by: dict[str, str], **query: str) -> Answer:
    return ask(accounts.handler, "GET", LOG, by=by, query=query)


def add_thing(by: dict[str, str], name: str = "a", **parts: Any) -> Answer:
    return ask(handler, "POST", "/v1/things", by=by, body={"name": name}, **parts)


def test_a_change_leaves_a_beginning_and_an_end(at: Platform, me: dict[str, str]) -> None:
    answer = add_thing(me, headers={"User-Agent": "curl/8"})
    begun, ended = items(at, me["userId"])
    assert (begun["sk"].rpartition("#")[2], ended["sk"].rpartition("#")[2]) == ("begun", "ended")
    assert begun["sk"].rpartition("#")[0] == ended["sk"].rpartition("#")[0]
    assert "outcome" not in begun
    (read,) = log(me).json["data"]
    assert (read["action"], read["outcome"], read["code"]) == ("POST /v1/things", "done", None)
    assert read["targets"] == [answer.data["id"]]
    assert (read["requestId"], read["address"], read["userAgent"]) == (
        answer.json["meta"]["requestId"], "198.51.100.9", "curl/8",
    )  # fmt: skip
    assert read["actor"] == {"kind": "user", "id": me["userId"], "keyId": None, "roles": [], "claimed": ""}
    assert read["time"] <= read["endedAt"]


def test_an_entry_tells_what_changed_and_no_secret(at: Platform, me: dict[str, str]) -> None:
    ask(handler, "POST", "/v1/things", by=me, body={"name": "a", "password": SECRET})
    thing_id = str(uuid4())
    ask(handler, "PUT", f"/v1/things/{thing_id}", by=me, body={"name": "new"})
    changed, created = log(me).json["data"]
    assert created["changes"]["fields"] == ["name", "password"]
    assert created["changes"]["name"] == "a"
    assert changed["targets"] == [thing_id, "the box"]
    assert changed["changes"] == {"before": {"name": "old"}, "after": {"name": "new"}, "fields": ["name"]}
    assert SECRET not in str(items(at, me["userId"]))


def test_an_api_key_is_in_the_entry_by_its_prefix_alone(at: Platform, sign: Sign) -> None:
    token = sign(tier="enterprise")
    key = through(accounts.handler, "POST", "/v1/users/api-keys", token=token, body={"name": "k", "scopes": []}).data
    user = through(accounts.handler, "GET", "/v1/users/profile", token=token).data["id"]
    (read,) = log(verdict(UUID(user))).json["data"]
    assert (read["changes"]["prefix"], read["targets"]) == (key["prefix"], [key["id"]])
    assert key["key"] not in str(items(at, user))
    assert key["key"].rpartition("_")[2] not in str(items(at, user))
    assert read["address"] == "203.0.113.7"


def test_what_is_refused_or_fails_says_so(me: dict[str, str]) -> None:
    assert [add_thing(me, name).status for name in ("taken", "broken")] == [409, 500]
    failed, refused = log(me).json["data"]
    assert (refused["outcome"], refused["code"]) == ("refused", "CONFLICT")
    assert (failed["outcome"], failed["code"]) == ("failed", "INTERNAL")
    assert SECRET not in str(failed)


def test_an_entry_has_the_code_that_the_caller_is_told(me: dict[str, str]) -> None:
    answer = add_thing(me, "storeless")
    (read,) = log(me).json["data"]
    assert (answer.status, read["outcome"], read["code"]) == (503, "failed", answer.error["code"])


def test_reads_and_malformed_requests_leave_none(me: dict[str, str]) -> None:
    assert ask(handler, "GET", f"/v1/things/{uuid4()}", by=me).status == 200
    assert ask(handler, "POST", "/v1/things", by=me, body={"nome": 1}).status == 400
    assert ask(handler, "POST", "/v1/things", body={"name": "a"}).status == 401
    assert log(me).json["data"] == []


def test_a_replayed_answer_is_no_second_change(me: dict[str, str]) -> None:
    first, again = (add_thing(me, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert (first.data, again.headers["Idempotency-Replayed"]) == (again.data, "true")
    assert len(log(me).json["data"]) == 1
    assert add_thing(me).status == 201
    assert len(log(me).json["data"]) == 2


def test_nothing_changes_while_entries_cannot_be_written(
    at: Platform, me: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = boto3.resource("dynamodb", endpoint_url="http://127.0.0.1:1", config=client_config())
    with monkeypatch.context() as patch:
        patch.setitem(at._tables, "audit", Table("audit", resource=nowhere))
        answer = add_thing(me, headers={"Idempotency-Key": "once"})
    assert (answer.status, answer.error["code"], made) == (503, "UPSTREAM_UNAVAILABLE", [])
    assert add_thing(me, headers={"Idempotency-Key": "once"}).status == 201


def test_an_end_that_cannot_be_written_reads_unknown(me: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    def away(store: AuditStore, ended: object) -> None:
        raise UpstreamUnavailable("away")

    monkeypatch.setattr(AuditStore, "end", away)
    assert add_thing(me).status == 201
    (read,) = log(me).json["data"]
    assert (read["outcome"], read["endedAt"], read["targets"]) == ("unknown", None, [])


def test_a_process_that_dies_in_a_change_leaves_its_beginning(me: dict[str, str]) -> None:
    program = """
import json, os, signal, sys
from handlers.runtime import entry, needs, router
app = router("Dying")
def die(thing_id: str) -> None:
    "Die."
    os.kill(os.getpid(), signal.SIGKILL)
app.delete("/v1/things/<thing_id>")(needs()(die))
entry(app)(json.loads(sys.argv[1]), None)
"""
    asked = json.dumps(event("DELETE", "/v1/things/seven", by=me))
    done = subprocess.run([sys.executable, "-c", program, asked], check=False, env=os.environ.copy())
    assert done.returncode == -signal.SIGKILL
    (read,) = log(me).json["data"]
    assert (read["action"], read["targets"], read["outcome"]) == ("DELETE /v1/things/{thing_id}", ["seven"], "unknown")


def test_pages_follow_each_other_under_new_entries(me: dict[str, str]) -> None:
    for number in range(7):
        add_thing(me, f"{number}")
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = log(me, limit="3", **cursor).json
        seen += [each["changes"]["name"] for each in page["data"]]
        add_thing(me, "later")
        if (following := page["meta"]["pagination"]["nextCursor"]) is None:
            break
        cursor = {"cursor": following}
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


def test_filters_by_time_and_action(me: dict[str, str]) -> None:
    add_thing(me, "a")
    ask(handler, "PUT", f"/v1/things/{uuid4()}", by=me, body={"name": "b"})
    middle = log(me).json["data"][0]["time"]
    time.sleep(0.002)
    add_thing(me, "c")
    assert [each["action"] for each in log(me, action="PUT ").json["data"]] == ["PUT /v1/things/{thing_id}"]
    assert [each["changes"].get("name") for each in log(me, to=middle).json["data"]] == [None, "a"]
    assert [each["changes"].get("name") for each in log(me, **{"from": middle}).json["data"]] == ["c", None]
    assert log(me, **{"from": "2030-01-01T00:00:00Z", "to": "2020-01-01T00:00:00Z"}).json["data"] == []


def test_one_reads_his_own_entries_alone(me: dict[str, str]) -> None:
    add_thing(me)
    other = verdict(uuid4())
    assert log(other).json["data"] == []
    assert log(me, userId=me["userId"]).status == 200
    today = datetime.now(UTC).date().isoformat()
    for query in ({"userId": me["userId"]}, {"day": today}):
        refused = log(other, **query)
        assert (refused.status, refused.error["code"]) == (403, "FORBIDDEN")
    cursor = log(me, limit="1").json["meta"]["pagination"]["nextCursor"]
    assert cursor is None
    assert log(verdict(uuid4(), scopes="alerts:read")).status == 403


@pytest.mark.parametrize("rights", [{"roles": "admin"}, {"roles": "compliance"}, {"scopes": "audit:read role:admin"}])
def test_administrators_read_another_user_and_everybodys_day(me: dict[str, str], rights: dict[str, str]) -> None:
    add_thing(me)
    administrator = verdict(uuid4(), **rights)
    assert [each["actor"]["id"] for each in log(administrator, userId=me["userId"]).json["data"]] == [me["userId"]]
    day = datetime.now(UTC).date()
    of_day = log(administrator, day=day.isoformat(), limit="200").json["data"]
    assert me["userId"] in {each["actor"]["id"] for each in of_day}
    assert [each["time"] for each in of_day] == sorted((each["time"] for each in of_day), reverse=True)
    assert log(administrator, day=(day - timedelta(days=3)).isoformat()).json["data"] == []
    assert log(administrator, day=day.isoformat(), userId=me["userId"]).status == 400


def test_what_concerns_security_is_kept_seven_years(at: Platform, me: dict[str, str]) -> None:
    add_thing(me)
    ask(handler, "PUT", f"/v1/things/{uuid4()}", by=me, body={"name": "b"})
    years = [round((int(item["ttl"]) - time.time()) / 86400 / 365.25, 1) for item in items(at, me["userId"])]
    assert years == [1.0, 1.0, 7.0, 7.0]


def test_a_caller_without_credentials_is_anonymous(at: Platform) -> None:
    before = len(items(at, "anonymous"))
    assert ask(handler, "POST", "/v1/open", by=ANONYMOUS).status == 200
    assert len(items(at, "anonymous")) == before + 2


def test_only_one_machine_may_do_without_the_table() -> None:
    with pytest.raises(ConfigurationError, match="AUDIT_TABLE"):
        AuditTrail.of(Platform(Settings(premium_stage="dev")))
    with AuditTrail.of(Platform(Settings(premium_stage="local"))).recorded(actor_of_nobody(), "x"):
        pass


def actor_of_nobody() -> Any:
    from premium.audit.service import ANONYMOUS as NOBODY  # noqa: PLC0415 - the other name is the verdict's

    return NOBODY
