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
        told = error.response.get("Error", {})
        if told.get("Code") == "ValidationError" and "does not exist" in str(told.get("Message")):
            where = cloudformation.meta.region_name
            raise TaskError(f"the stage {stage} is not deployed in {where}: no stack is called {name}") from None
        raise
    return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", ())}
