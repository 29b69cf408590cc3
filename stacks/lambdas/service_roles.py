"""Make the roles by which services of AWS act, where an account lacks them.

A service makes its own at its first use, and may not find it in the next moment: the first cluster of an account fails
("Unable to assume the service linked role"). Only the standard library and Lambda's own boto3.
"""

from __future__ import annotations

import time
from typing import Any

import boto3

from stacks.lambdas.answer import answer

SETTLED_SECONDS = 20


def handler(event: dict[str, Any], _: Any) -> None:
    """Answers CloudFormation exactly once; a deleted stack leaves the roles, which are the account's."""
    reason = ""
    if event["RequestType"] != "Delete":
        try:
            if [each for each in event["ResourceProperties"]["Services"] if _made(each)]:
                time.sleep(SETTLED_SECONDS)
        except Exception as error:  # noqa: BLE001 - an unanswered resource blocks the stack for an hour
            reason = f"{type(error).__name__}: {error}"
    answer(event, reason, "service-roles")


def _made(service: str) -> bool:
    iam = boto3.client("iam")
    try:
        iam.create_service_linked_role(AWSServiceName=service)
    except iam.exceptions.InvalidInputException as error:
        if "has been taken" not in str(error):
            raise
        return False
    return True
