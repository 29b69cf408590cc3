"""Read the outputs and resources that CloudFormation made for the stage.

Resources go by the name they have in our code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError

from local.clients import Clients
from local.errors import LocalError

PREFIX = "premium-local-"
_HASH = re.compile(r"[0-9A-F]{8}$")


@dataclass(frozen=True)
class Resource:
    """A resource of a stack.

    `name` is the logical id without the hash that CDK puts behind a path (`JobsTable`).
    """

    stack: str
    logical_id: str
    kind: str
    physical_id: str

    @property
    def name(self) -> str:
        return _HASH.sub("", self.logical_id)


def outputs(path: Path) -> dict[str, str]:
    """Return all outputs of all stacks by name; {} before the first deploy."""
    if not path.exists():
        return {}
    stacks: Mapping[str, Mapping[str, str]] = json.loads(path.read_text())
    return {name: value for values in stacks.values() for name, value in values.items()}


def output(path: Path, name: str) -> str:
    try:
        return outputs(path)[name]
    except KeyError:
        raise LocalError(f"The deployed stage has no output {name}.", "Run: make deploy") from None


def complete(clients: Clients, path: Path) -> bool:
    """Tell whether every deployed stack is still there and whole."""
    names = list(json.loads(path.read_text())) if path.exists() else []
    try:
        states = [clients.cloudformation.describe_stacks(StackName=name)["Stacks"][0] for name in names]
    except ClientError:
        return False
    return bool(names) and all(state["StackStatus"].endswith("_COMPLETE") for state in states)


def resources(clients: Clients, kind: str) -> list[Resource]:
    """Return the stage's resources of a CloudFormation type (`AWS::Lambda::Function`)."""
    found = []
    for page in clients.cloudformation.get_paginator("list_stacks").paginate():
        for summary in page["StackSummaries"]:
            if summary["StackName"].startswith(PREFIX) and not summary["StackStatus"].startswith("DELETE"):
                found += _of_stack(clients, summary["StackName"], kind)
    return found


def _of_stack(clients: Clients, stack: str, kind: str) -> list[Resource]:
    described = clients.cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    return [
        Resource(stack, one["LogicalResourceId"], one["ResourceType"], one["PhysicalResourceId"])
        for one in described
        if one["ResourceType"] == kind
    ]


def template(assembly: Path, resource: Resource) -> Mapping[str, object]:
    """Return a resource's properties as synthesized, whatever the emulator kept of them."""
    document = json.loads((assembly / f"{resource.stack}.template.json").read_text())
    properties: Mapping[str, object] = document["Resources"][resource.logical_id].get("Properties", {})
    return properties
