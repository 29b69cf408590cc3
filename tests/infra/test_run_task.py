"""The custom resource that runs the migrations: CloudFormation is always answered, and told what happened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from stacks.constructs.functions.inline_code import inline_text
from stacks.lambdas import run_task
from tests.fixtures.cloudformation import Told, told

pytestmark = pytest.mark.infra


class Ecs:
    """ECS as the function sees it: a task that stops after some looks at it."""

    def __init__(self, looks: int, code: int | None, failures: list[dict[str, str]] | None = None) -> None:
        self.looks, self.code, self.failures = looks, code, failures or []
        self.started: list[dict[str, Any]] = []
        self.seen = False  # ECS does not know a task at once that it has just started

    def run_task(self, **request: Any) -> dict[str, Any]:
        self.started.append(request)
        return {"failures": self.failures, "tasks": [{"taskArn": "task/1"}]}

    def describe_tasks(self, **_: Any) -> dict[str, Any]:
        if not self.seen:
            self.seen = True
            return {"tasks": [], "failures": [{"reason": "MISSING"}]}
        self.looks -= 1
        status = "STOPPED" if self.looks <= 0 else "RUNNING"
        return {"tasks": [{"lastStatus": status, "containers": [{"exitCode": self.code}], "stoppedReason": "Exited"}]}


class Context:
    invoked_function_arn = "function/1"

    def __init__(self, milliseconds: int = 600_000) -> None:
        self.milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


class Invoker:
    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    def invoke(self, **call: Any) -> None:
        self.calls.append(call)


@pytest.fixture
def answers() -> Iterator[Told]:
    """CloudFormation's response address, and what was put there."""
    with told() as address:
        yield address


def run(monkeypatch: pytest.MonkeyPatch, url: str, ecs: Ecs, context: Context, **event: Any) -> Invoker:
    invoker = Invoker()
    clients: dict[str, Any] = {"ecs": ecs, "lambda": invoker}
    monkeypatch.setattr(run_task.boto3, "client", clients.__getitem__)
    monkeypatch.setattr(run_task, "POLL_SECONDS", 0)
    for name in ("CLUSTER", "TASK", "SUBNETS", "SECURITY_GROUP"):
        monkeypatch.setenv(name, f"{name.lower()}-1")
    common = {"ResponseURL": url, "StackId": "stack", "RequestId": "request", "LogicalResourceId": "Applied"}
    run_task.handler({"RequestType": "Update", **common, **event}, context)
    return invoker


Answers = tuple[str, list[dict[str, Any]]]


def test_success_waits_for_the_task(monkeypatch: pytest.MonkeyPatch, answers: Answers) -> None:
    ecs = Ecs(looks=3, code=0)
    run(monkeypatch, answers[0], ecs, Context())
    assert [answer["Status"] for answer in answers[1]] == ["SUCCESS"]
    assert ecs.started[0]["clientToken"] == "request", "Lambda may call twice for one request"
    network = ecs.started[0]["networkConfiguration"]["awsvpcConfiguration"]
    assert network["assignPublicIp"] == "DISABLED"


def test_a_failed_migration_fails_the_stack_with_its_reason(monkeypatch: pytest.MonkeyPatch, answers: Answers) -> None:
    run(monkeypatch, answers[0], Ecs(looks=1, code=1), Context())
    assert answers[1][0]["Status"] == "FAILED"
    assert "ended with 1" in answers[1][0]["Reason"]


def test_a_task_that_cannot_start_fails_at_once(monkeypatch: pytest.MonkeyPatch, answers: Answers) -> None:
    run(monkeypatch, answers[0], Ecs(looks=1, code=None, failures=[{"reason": "CAPACITY"}]), Context())
    assert answers[1][0]["Status"] == "FAILED"
    assert "CAPACITY" in answers[1][0]["Reason"]


def test_a_long_migration_is_handed_to_the_next_call(monkeypatch: pytest.MonkeyPatch, answers: Answers) -> None:
    invoker = run(monkeypatch, answers[0], Ecs(looks=9, code=0), Context(milliseconds=1))
    assert answers[1] == []
    handed = json.loads(invoker.calls[0]["Payload"])
    assert handed["Task"] == "task/1"
    ecs = Ecs(looks=1, code=0)
    run(monkeypatch, answers[0], ecs, Context(), Task=handed["Task"])
    assert ecs.started == []
    assert answers[1][0]["Status"] == "SUCCESS"


def test_a_deleted_stack_leaves_the_schema(monkeypatch: pytest.MonkeyPatch, answers: Answers) -> None:
    ecs = Ecs(looks=1, code=0)
    run(monkeypatch, answers[0], ecs, Context(), RequestType="Delete", PhysicalResourceId="migrations")
    assert ecs.started == []
    assert answers[1][0]["Status"] == "SUCCESS"


@pytest.mark.parametrize("name", ["run_task", "empty_vault", "summary", "pin_image", "service_roles"])
def test_inline_code_fits_and_stands_alone(name: str) -> None:
    code = inline_text(name)
    assert len(code.encode()) <= 4096, "CloudFormation takes 4096 bytes inline"
    alone: dict[str, Any] = {}
    exec(compile(code, name, "exec"), alone)  # noqa: S102 - our own
    assert callable(alone["handler"])
    assert "stacks." not in code
