"""Empty a backup vault before its stack is deleted.

AWS deletes no vault that holds a recovery point.
A custom resource that does nothing until then. What outlives this function's time goes on in the next call of itself.
"""

from __future__ import annotations

import json
import time
from typing import Any, Literal

import boto3
from botocore.exceptions import ClientError

from stacks.lambdas.answer import answer

POLL_SECONDS = 10
MARGIN_MILLISECONDS = 60_000
_AT_WORK: tuple[Literal["CREATED", "PENDING", "RUNNING"], ...] = ("CREATED", "PENDING", "RUNNING")


def handler(event: dict[str, Any], context: Any) -> None:
    """Answers CloudFormation exactly once: when the vault is empty, or when anything here failed."""
    try:
        reason = _outcome(event, context)
    except Exception as error:  # noqa: BLE001 - an unanswered resource blocks the stack for an hour
        reason = f"{type(error).__name__}: {error}"
    if reason != "GOES ON":
        answer(event, reason, "emptied")


def _outcome(event: dict[str, Any], context: Any) -> str:
    if event["RequestType"] != "Delete":
        return ""
    backup, vault = boto3.client("backup"), event["ResourceProperties"]["Vault"]
    for state in _AT_WORK:
        for job in backup.list_backup_jobs(ByBackupVaultName=vault, ByState=state)["BackupJobs"]:
            _tried(backup.stop_backup_job, BackupJobId=job["BackupJobId"])
    while points := backup.list_recovery_points_by_backup_vault(BackupVaultName=vault)["RecoveryPoints"]:
        for point in points:
            if point["Status"] != "DELETING":
                _tried(backup.delete_recovery_point, BackupVaultName=vault, RecoveryPointArn=point["RecoveryPointArn"])
        if context.get_remaining_time_in_millis() < MARGIN_MILLISECONDS:
            return _hand_on(event, context)
        time.sleep(POLL_SECONDS)
    return ""


def _tried(call: Any, **arguments: Any) -> None:
    """What is just being made or has just gone is looked at again."""
    try:
        call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("InvalidRequestException", "ResourceNotFoundException"):
            raise


def _hand_on(event: dict[str, Any], context: Any) -> str:
    again = json.dumps(event).encode()
    boto3.client("lambda").invoke(FunctionName=context.invoked_function_arn, InvocationType="Event", Payload=again)
    return "GOES ON"
