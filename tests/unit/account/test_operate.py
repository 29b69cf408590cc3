"""`make operate` and `make rotate`: which task they start, with which words, and what they say where they cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from cdk_app import assets
from cdk_app.account import operate, rotate
from cdk_app.account.stage_task import TaskError
from tests.unit.account.aws import CALLER, OUTPUTS, StubbedAccount

pytestmark = pytest.mark.unit


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> StubbedAccount:
    made = StubbedAccount()
    for module in (operate, rotate):
        monkeypatch.setattr(module, "Account", lambda _region: made)
    monkeypatch.setattr("cdk_app.account.task_output.QUIET_SECONDS", 0)
    monkeypatch.setattr("cdk_app.account.session.uuid4", lambda: "an-operation")
    return made


def runs(account: StubbedAccount, stack: str, *words: str, code: int) -> None:
    account.deployed(f"premium-dev-{stack}", OUTPUTS)
    account.stubs["sts"].add_response("get_caller_identity", {"Arn": CALLER})
    told = [{"name": "PREMIUM_OPERATOR", "value": CALLER}, {"name": "PREMIUM_OPERATION", "value": "an-operation"}]
    account.starts({"command": ["python", "-m", "premium.cli", *words], "environment": told})
    account.looks({"lastStatus": "STOPPED", "containers": [{"exitCode": code}]})
    account.says("a line", token="t")
    account.quiet("t")


def test_words_go_to_the_task_as_they_are_and_its_lines_and_code_come_back(
    account: StubbedAccount, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PREMIUM_ARGUMENTS", "queues failed --queue 'tax; rm -rf $HOME'")
    runs(account, "workers", "queues", "failed", "--queue", "tax; rm -rf $HOME", code=2)
    assert operate.main(["dev"]) == 2
    said = capsys.readouterr()
    assert said.out == "a line\n", "so that --json can be piped"
    assert "stopped, after" in said.err
    account.used_up()


@pytest.mark.parametrize(("options", "word"), [([], "run"), (["--status"], "status")])
def test_the_rotation_is_the_task_of_its_own_stack(account: StubbedAccount, options: list[str], word: str) -> None:
    runs(account, "rotation", "rotation", word, code=0)
    assert rotate.main(["dev", *options]) == 0
    account.used_up()


def test_a_stage_that_is_not_deployed(account: StubbedAccount, capsys: pytest.CaptureFixture[str]) -> None:
    account.stubs["cloudformation"].add_client_error(
        "describe_stacks", "ValidationError", "Stack with id premium-dev-workers does not exist"
    )
    assert operate.main(["dev", "queues", "list"]) == 1
    assert "the stage dev is not deployed in us-east-1" in capsys.readouterr().err


def test_an_account_that_says_no(account: StubbedAccount, capsys: pytest.CaptureFixture[str]) -> None:
    account.deployed("premium-dev-workers", OUTPUTS)
    account.stubs["sts"].add_response("get_caller_identity", {"Arn": CALLER})
    account.stubs["ecs"].add_client_error(
        "run_task", "AccessDeniedException", "not authorized to perform: iam:PassRole"
    )
    assert operate.main(["dev", "queues", "list"]) == 1
    assert "iam:PassRole" in capsys.readouterr().err


def test_a_stage_of_an_older_release(account: StubbedAccount, capsys: pytest.CaptureFixture[str]) -> None:
    account.deployed("premium-dev-workers", {})
    assert operate.main(["dev", "queues", "list"]) == 1
    assert "has no output" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["dev"], "say what to run"),
        (["dev", "queus", "list"], "no topic 'queus'"),
        (["dev", "rotation", "run"], "make rotate"),
        (["local", "queues", "list"], "runs on this machine"),
    ],
)
def test_what_cannot_be_run_is_said_at_once(
    account: StubbedAccount, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    assert operate.main(words) == 1
    assert sentence in capsys.readouterr().err
    account.used_up()


def test_half_a_quotation_is_refused() -> None:
    with pytest.raises(TaskError, match="No closing quotation"):
        operate.split("queues 'failed")


def test_without_credentials_it_says_so(tmp_path: Any) -> None:
    """By the process itself, in an environment that knows no account."""
    bare = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}
    command = [sys.executable, "-m", "cdk_app.account.operate", "--region", "us-east-1", "dev", "queues", "list"]
    done = subprocess.run(command, env=bare, cwd=assets.ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("operate: there are no AWS credentials here: sign in by `aws sso login --profile")
    assert len(done.stderr.splitlines()) == 1


def test_make_hands_words_past_every_shell(tmp_path: Any) -> None:
    """What a shell or make itself would take for its own arrives as it was written."""
    fake = tmp_path / "python"
    fake.write_text('#!/bin/sh\nprintf "%s|%s" "$*" "$PREMIUM_ARGUMENTS"\n')
    fake.chmod(0o755)
    words = "queues failed; touch $(HOME)/x `id` $x"
    command = ["make", "--no-print-directory", "operate", "-o", "setup", f"PYTHON={fake}", "STAGE=dev", f"ARGS={words}"]
    done = subprocess.run(command, cwd=assets.ROOT, capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout == f"-m cdk_app.account.operate dev|{words}"
