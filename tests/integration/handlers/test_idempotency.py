"""Idempotency keys on the real table: one effect, the same answer, and no failure kept."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from handlers import accounts
from handlers.runtime import Body, Caller, View, entry, needs, router
from premium.bootstrap import Platform
from premium.errors import Unprocessable, UpstreamUnavailable
from tests.factories.http import Answer, ask, event, verdict
from tests.integration.handlers.asking import through
from tests.integration.handlers.conftest import Sign, forget

pytestmark = pytest.mark.integration
app = router("Things")
made: list[str] = []
fail: list[Exception] = []
slow = threading.Event()


class Thing(Body):
    name: str


class ThingView(View):
    id: str
    name: str


@app.post("/v1/things", status_code=201)
@needs()
def add(caller: Caller, body: Thing) -> ThingView:
    """Make a thing."""
    if fail:
        raise fail.pop()
    if body.name == "slow":
        slow.wait(5)
    made.append(body.name)
    return ThingView(id=uuid4().hex, name=body.name)


handler = entry(app)
ME = verdict(uuid4())


@pytest.fixture(autouse=True)
def _fresh(at: Platform) -> None:
    made.clear()
    fail.clear()
    slow.clear()


def post(key: str | None, body: object, by: dict[str, str] = ME) -> Answer:
    return ask(handler, "POST", "/v1/things", by=by, body=body, headers={"Idempotency-Key": key} if key else {})


def test_the_same_key_and_body_give_the_first_answer_again() -> None:
    key = uuid4().hex
    first, again = post(key, {"name": "a"}), post(key, {"name": "a"})
    assert (again.status, again.data) == (201, first.data)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert again.json["meta"]["requestId"] == again.headers["X-Request-Id"] != first.headers["X-Request-Id"]
    assert made == ["a"]


def test_the_order_of_fields_is_no_other_body() -> None:
    key = uuid4().hex
    raw = {"name": "a"}
    assert (
        post(key, raw).data
        == ask(handler, "POST", "/v1/things", by=ME, raw='{ "name" : "a" }', headers={"Idempotency-Key": key}).data
    )


def test_another_body_is_a_conflict() -> None:
    key = uuid4().hex
    post(key, {"name": "a"})
    refused = post(key, {"name": "b"})
    assert (refused.status, refused.error["code"], made) == (409, "CONFLICT", ["a"])


def test_without_a_key_each_request_counts_and_keys_are_a_users_own() -> None:
    key = uuid4().hex
    for by in (ME, verdict(uuid4())):
        assert post(key, {"name": "a"}, by).status == 201
    post(None, {"name": "a"})
    post(None, {"name": "a"})
    assert len(made) == 4


@pytest.mark.parametrize("error", [Unprocessable("no"), UpstreamUnavailable("down"), RuntimeError("ours")])
def test_a_failure_is_not_replayed(error: Exception) -> None:
    key = uuid4().hex
    fail.append(error)
    assert post(key, {"name": "a"}).status >= 400
    assert post(key, {"name": "a"}).status == 201
    assert made == ["a"]


def test_an_invalid_body_leaves_the_key_unused() -> None:
    key = uuid4().hex
    assert post(key, {"nome": "a"}).status == 400
    assert post(key, {"name": "a"}).status == 201


def test_many_at_once_make_one() -> None:
    key = uuid4().hex
    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(post, key, {"name": "slow"}) for _ in range(4)]
        while sum(one.done() for one in running) < 3:
            time.sleep(0.01)
        slow.set()
        answers = [one.result() for one in running]
    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
    assert {answer.headers.get("Retry-After") for answer in answers} == {None, "1"}
    assert made == ["slow"]


def test_a_crash_frees_the_key_with_the_invocation(monkeypatch: pytest.MonkeyPatch) -> None:
    key = uuid4().hex

    class Ending:
        aws_request_id = "x"

        def get_remaining_time_in_millis(self) -> int:
            return 1500

    def asked() -> dict[str, Any]:
        return event("POST", "/v1/things", by=ME, body={"name": "a"}, headers={"Idempotency-Key": key})

    fail.append(SystemExit())  # type: ignore[arg-type] # no Exception: the process ends here, nothing is cleaned up
    with pytest.raises(SystemExit):
        handler(asked(), Ending())
    assert handler(asked(), Ending())["statusCode"] == 409
    time.sleep(1.7)
    assert handler(asked(), Ending())["statusCode"] == 201


def test_a_lost_table_refuses_before_any_work(at: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDEMPOTENCY_TABLE", "gone")
    forget()
    refused = post(uuid4().hex, {"name": "a"})
    assert (refused.status, refused.error["code"], made) == (503, "UPSTREAM_UNAVAILABLE", [])


def test_a_secret_that_is_shown_once_is_not_kept(at: Platform, sign: Sign) -> None:
    token, headers = sign(tier="enterprise"), {"Idempotency-Key": uuid4().hex}
    body = {"name": "bot", "scopes": []}
    first, again = (
        through(accounts.handler, "POST", "/v1/users/api-keys", token=token, body=body, headers=headers)
        for _ in range(2)
    )
    assert first.data["key"].startswith("pdk_")
    assert again.data == first.data | {"key": None}
    assert first.data["key"] not in str(at.tables("idempotency").boto3.scan()["Items"])
