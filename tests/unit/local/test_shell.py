"""A shell that speaks for the local stage never reaches AWS, whatever account it spoke for before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.places import ROOT

pytestmark = pytest.mark.unit
ACCOUNT = {
    "AWS_PROFILE": "prod",
    "AWS_SESSION_TOKEN": "of an account",
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_REGION": "eu-west-1",
    "AWS_ENDPOINT_URL_SQS": "https://sqs.eu-west-1.amazonaws.com",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
}
LOOK = """
eval "$("$PYTHON" -m local env)"
aws sts get-caller-identity
"$PYTHON" -c 'import boto3
for name in ("sqs", "s3", "sts", "dynamodb", "secretsmanager", "cloudformation"):
    client = boto3.client(name)
    print(name, client.meta.endpoint_url, client.meta.region_name)
print(boto3.Session().get_credentials().access_key, boto3.Session().get_credentials().token)'
"""


@pytest.fixture
def state(tmp_path: Path) -> Path:
    (tmp_path / "chains.json").write_text("{}")
    (tmp_path / "outputs.json").write_text('{"premium-local-data": {"JobsTable": "jobs"}}')
    return tmp_path


def test_a_shell_with_an_account_is_led_to_the_emulator_alone(state: Path) -> None:
    """An `aws` of before 2.13 passes over AWS_ENDPOINT_URL: it is told by its arguments."""
    program = state / "bin" / "aws"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "aws $*"\nenv | grep ^AWS_ | sort\n')
    program.chmod(0o755)
    given = {
        "PATH": f"{program.parent}{os.pathsep}/usr/bin{os.pathsep}/bin", "HOME": str(state), "PYTHON": sys.executable,
        "PREMIUM_STATE_DIR": str(state), "PREMIUM_AWS_PORT": "4999",
    }  # fmt: skip
    done = subprocess.run(
        ["bash", "-ec", LOOK], env=given | ACCOUNT, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "aws --endpoint-url http://127.0.0.1:4999 sts get-caller-identity"
    assert "AWS_ENDPOINT_URL=http://127.0.0.1:4999" in lines
    assert "AWS_CONFIG_FILE=/dev/null" in lines
    assert not [line for line in lines if line.partition("=")[0] in ACCOUNT and "prod" in line]
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_SQS", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"):
        assert not any(line.startswith(f"{name}=") for line in lines), name
    assert {line.partition(" ")[2] for line in lines[-7:-1]} == {"http://127.0.0.1:4999 us-east-1"}
    assert lines[-1] == "test None"
