"""A task of a stage is started once, followed to its last line, and ends as its command ends."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.stub import ANY

from cdk_app.account.stage_task import START_SECONDS, TaskError
from tests.unit.account.aws import TASK, StubbedAccount

pytestmark = pytest.mark.unit
WORDS = ["queues", "failed"]
COMMAND = {"command": ["python", "-m", "premium.cli", *WORDS]}


@pytest.fixture
def account() -> StubbedAccount:
    return StubbedAccount()


def stopped(**container: Any) -> dict[str, Any]:
    return {"lastStatus": "STOPPED", "containers": [container], "stoppedReason": "Essential container in task exited"}


def test_it_follows_the_task_to_its_last_line(account: StubbedAccount) -> None:
    account.starts(COMMAND)
    account.looks()  # ECS does not know it yet
    account.says_nothing()
    account.looks({"lastStatus": "PENDING"})
    account.says_nothing()
    account.looks({"lastStatus": "RUNNING"})
    account.says("one", token="t")
    account.looks(stopped(exitCode=0))
    account.says(token="t", after="t")
    account.says("two", token="t2", after="t")  # it comes when the task has long stopped
    account.quiet("t2")
    assert account.bare_task().run(WORDS) == 0
    assert account.said == ["one", "two"]
    assert account.told == [f"started {TASK}", "pending, after 3 s", "running, after 6 s", "stopped, after 9 s"]
    account.used_up()


def test_the_exit_code_is_the_commands(account: StubbedAccount) -> None:
    account.starts(COMMAND)
    account.looks(stopped(exitCode=137, reason="OutOfMemoryError: Container killed due to memory usage"))
    account.quiet(None)
    assert account.bare_task().run(WORDS) == 137
    assert "OutOfMemoryError" in account.told[-1]


def test_a_task_that_never_ran_says_why(account: StubbedAccount) -> None:
    account.starts(COMMAND)
    account.looks(
        {
            "lastStatus": "STOPPED",
            "stoppedReason": "Task failed to start",
            "containers": [{"reason": "CannotPullContainerError: manifest unknown"}],
        }
    )
    account.quiet(None)
    with pytest.raises(TaskError, match=r"before it ran: Task failed to start; CannotPullContainerError: manifest"):
        account.bare_task().run(WORDS)


def test_a_task_that_does_not_start_in_time_is_stopped(account: StubbedAccount) -> None:
    account.starts(COMMAND)
    for _ in range(int(START_SECONDS // 3) + 2):
        account.looks({"lastStatus": "PROVISIONING"})
        account.says_nothing()
    account.stops()
    with pytest.raises(TaskError, match="did not start within 600 s and was stopped"):
        account.bare_task().run(WORDS)
    account.used_up()


def test_a_task_without_room_is_a_sentence(account: StubbedAccount) -> None:
    refused = {"tasks": [], "failures": [{"reason": "RESOURCE:CPU"}]}
    account.stubs["ecs"].add_response("run_task", refused)
    with pytest.raises(TaskError, match="RESOURCE:CPU"):
        account.bare_task().run(WORDS)


def test_ctrl_c_stops_the_task(account: StubbedAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    account.starts(COMMAND)
    account.looks({"lastStatus": "RUNNING"})
    account.says_nothing()
    account.stops()

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(account, "sleep", interrupted)
    assert account.bare_task().run(WORDS) == 130
    account.used_up()


def test_a_repeated_call_starts_no_second_task_and_the_trail_can_find_it(account: StubbedAccount) -> None:
    """One id is RunTask's token, its `startedBy`, and what the process writes into its audit entries."""
    seen: dict[str, Any] = {}
    account.clients["ecs"].meta.events.register(
        "provide-client-params.ecs.RunTask", lambda params, **_: seen.update(params)
    )
    account.starts({**COMMAND, "environment": ANY})
    account.looks(stopped(exitCode=0))
    account.quiet(None)
    operation = "5f0c8a52-6a0f-4f6e-9d0e-2f1c0b8f7a11"
    account.bare_task().run(WORDS, {"PREMIUM_OPERATION": operation})
    assert seen["clientToken"] == seen["startedBy"] == operation
    assert len(seen["startedBy"]) <= 36, "ECS takes no more"


def test_too_many_words_are_refused_before_anything_starts(account: StubbedAccount) -> None:
    with pytest.raises(TaskError, match="8192"):
        account.bare_task().run(["queues", "x" * 9000])
