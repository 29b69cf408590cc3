"""`cdk destroy` of dev: nothing that AWS would refuse to delete, and nothing that is left over."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from stacks.lambdas import answer, empty_vault
from tests.infra.templates import Resource, Stage, text

pytestmark = pytest.mark.infra
STATEFUL = {
    "AWS::RDS::DBInstance", "AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::SecretsManager::Secret",
    "AWS::Backup::BackupVault", "AWS::Logs::LogGroup", "AWS::EC2::Volume",
}  # fmt: skip
POINT = "arn:aws:rds:us-east-1:123456789012:snapshot:awsbackup:job-1"
EVENT = {
    "StackId": "stack", "RequestId": "request", "LogicalResourceId": "Emptied", "ResponseURL": "https://nowhere",
    "ResourceProperties": {"Vault": "vault"},
}  # fmt: skip


@pytest.fixture
def dev(stages: dict[str, Stage]) -> Stage:
    return stages["dev"]


def test_nothing_of_dev_is_retained(dev: Stage) -> None:
    for resource in dev.every():
        if resource.kind in STATEFUL:
            assert resource.body.get("DeletionPolicy", "Delete") == "Delete", f"{resource.stack}/{resource.name}"
    for instance in dev.resources("AWS::RDS::DBInstance"):
        assert instance.properties["DeletionProtection"] is False


def test_every_bucket_is_emptied_first(dev: Stage) -> None:
    for bucket in dev.resources("AWS::S3::Bucket"):
        emptied = [e for e in dev.every("Custom::S3AutoDeleteObjects", bucket.stack) if _names(e, bucket.name)]
        assert emptied, f"{bucket.stack}/{bucket.name} holds objects: AWS would not delete it"


def test_every_vault_is_emptied_after_its_plan_and_before_itself(dev: Stage) -> None:
    for vault in dev.resources("AWS::Backup::BackupVault"):
        (emptied,) = [e for e in dev.every("Custom::EmptiedVault", vault.stack) if _names(e, vault.name)]
        plans = [p for p in dev.resources("AWS::Backup::BackupPlan", vault.stack) if _names(p, vault.name)]
        assert plans
        for plan in plans:  # deleted in the reverse order of dependence
            assert emptied.name in plan.body["DependsOn"]


def test_prod_keeps_its_backups(prod: Stage) -> None:
    assert not list(prod.every("Custom::EmptiedVault"))
    assert prod.only("AWS::Backup::BackupVault").body["DeletionPolicy"] == "Retain"


def _names(resource: Resource, name: str) -> bool:
    return f'"{name}"' in text(resource.properties)


class Vault:
    """AWS as the function sees it, by the shapes of boto3's own models; what it answered is in `answers`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: list[str] = []
        made = {name: boto3.client(name, region_name="us-east-1") for name in ("backup", "lambda")}
        self.stubs = {name: Stubber(client) for name, client in made.items()}
        for stub in self.stubs.values():
            stub.activate()
        monkeypatch.setattr(empty_vault.boto3, "client", lambda name: made[name])
        monkeypatch.setattr(empty_vault, "answer", lambda _event, reason, _name: self.answers.append(reason))
        monkeypatch.setattr(empty_vault, "POLL_SECONDS", 0)

    def jobs(self, state: str, *ids: str) -> None:
        found = {"BackupJobs": [{"BackupJobId": one} for one in ids]}
        self.stubs["backup"].add_response("list_backup_jobs", found, {"ByBackupVaultName": "vault", "ByState": state})
        for one in ids:
            self.stubs["backup"].add_response("stop_backup_job", {}, {"BackupJobId": one})

    def points(self, *statuses: str) -> None:
        found = {"RecoveryPoints": [{"RecoveryPointArn": POINT, "Status": status} for status in statuses]}
        asked = {"BackupVaultName": "vault"}
        self.stubs["backup"].add_response("list_recovery_points_by_backup_vault", found, asked)

    def deletion(self, error: str = "") -> None:
        asked = {"BackupVaultName": "vault", "RecoveryPointArn": POINT}
        if error:
            self.stubs["backup"].add_client_error("delete_recovery_point", error, expected_params=asked)
        else:
            self.stubs["backup"].add_response("delete_recovery_point", {}, asked)

    def call(self, kind: str, milliseconds: int = 600_000) -> list[str]:
        class Context:
            invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:emptied"
            get_remaining_time_in_millis = staticmethod(lambda: milliseconds)

        empty_vault.handler({"RequestType": kind, **EVENT}, Context())
        for stub in self.stubs.values():
            stub.assert_no_pending_responses()
        return self.answers


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Vault:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    return Vault(monkeypatch)


def test_points_are_deleted_until_there_are_none(vault: Vault) -> None:
    for state, ids in (("CREATED", ()), ("PENDING", ("job-2",)), ("RUNNING", ())):
        vault.jobs(state, *ids)
    vault.points("COMPLETED", "CREATING")
    vault.deletion()
    vault.deletion(error="InvalidRequestException")  # it is being made: looked at again
    vault.points("DELETING", "COMPLETED")
    vault.deletion()
    vault.points()
    assert vault.call("Delete") == [""]


def test_a_right_that_is_missing_fails_the_deletion_with_its_reason(vault: Vault) -> None:
    for state in ("CREATED", "PENDING", "RUNNING"):
        vault.jobs(state)
    vault.points("COMPLETED")
    vault.deletion(error="AccessDeniedException")
    (reason,) = vault.call("Delete")
    assert "AccessDenied" in reason


def test_what_takes_longer_goes_on_in_the_next_call(vault: Vault) -> None:
    for state in ("CREATED", "PENDING", "RUNNING"):
        vault.jobs(state)
    vault.points("DELETING")
    payload = json.dumps({"RequestType": "Delete", **EVENT}).encode()
    asked: dict[str, Any] = {"FunctionName": "arn:aws:lambda:us-east-1:123456789012:function:emptied"}
    asked |= {"InvocationType": "Event", "Payload": payload}
    vault.stubs["lambda"].add_response("invoke", {"StatusCode": 202}, asked)
    assert vault.call("Delete", milliseconds=1) == []


def test_nothing_happens_before(vault: Vault) -> None:
    assert vault.call("Create") == [""]
    assert vault.call("Update") == ["", ""]


def test_the_answer_is_cloudformations() -> None:
    assert empty_vault.answer is answer.answer
