"""Read what a deployed stack says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from cdk_app.account.stage_task import TaskError


def outputs_of(stage: str, stack: str, cloudformation: Any) -> Mapping[str, str]:
    """Return the outputs of a stage's stack by name; TaskError where it is not deployed."""
    name = f"premium-{stage}-{stack}"
    try:
        (found,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        raise _plain(error, stage, name, cloudformation) from None
    return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", ())}


def entry_of(stage: str, name: str, cloudformation: Any) -> str:
    """Return the ARN of a Secrets Manager entry of the stage by name."""
    stack = f"premium-{stage}-security"
    try:
        found = cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    except ClientError as error:
        raise _plain(error, stage, stack, cloudformation) from None
    for each in found:
        logical = each["LogicalResourceId"]  # the name, and eight characters that tell same names apart
        if each["ResourceType"] == "AWS::SecretsManager::Secret" and logical[:-8] == name:
            return str(each["PhysicalResourceId"])
    raise TaskError(f"the stack {stack} has no entry {name}")


def _plain(error: ClientError, stage: str, stack: str, cloudformation: Any) -> Exception:
    """Return a sentence where the stack is not there; any other error as it is."""
    told = error.response.get("Error", {})
    if told.get("Code") != "ValidationError" or "does not exist" not in str(told.get("Message")):
        return error
    where = cloudformation.meta.region_name
    return TaskError(f"the stage {stage} is not deployed in {where}: no stack is called {stack}")
