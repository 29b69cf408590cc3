"""What a role of a stage may do, asked as AWS would: allowed by a statement, on this resource, and not denied.

A resource is known by where it stands, `<stack/logical id>`, whoever imports it; what follows is of its ARN
(`<data/Jobs…>/index/user`). A statement under a condition that nobody wrote down here allows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any, NamedTuple

from tests.infra.templates import Json, Resource, Stage, listed

KEYS = {
    "AWS::DynamoDB::Table": ("SSESpecification", "KMSMasterKeyId"),
    "AWS::S3::Bucket": (
        "BucketEncryption", "ServerSideEncryptionConfiguration", "ServerSideEncryptionByDefault", "KMSMasterKeyID",
    ),
    "AWS::SQS::Queue": ("KmsMasterKeyId",),
    "AWS::SNS::Topic": ("KmsMasterKeyId",),
    "AWS::SecretsManager::Secret": ("KmsKeyId",),
}  # fmt: skip
"""Where a resource says which key it is encrypted with."""
_BY_KEY = {
    "sqs:SendMessage": ("kms:Decrypt", "kms:GenerateDataKey"),
    "sqs:ReceiveMessage": ("kms:Decrypt",),
    "sns:Publish": ("kms:Decrypt", "kms:GenerateDataKey"),
    "s3:PutObject": ("kms:GenerateDataKey",),
    "s3:GetObject": ("kms:Decrypt",),
    "secretsmanager:GetSecretValue": ("kms:Decrypt",),
    "secretsmanager:PutSecretValue": ("kms:Decrypt", "kms:GenerateDataKey"),
}
_OF_OBJECTS = re.compile(r"^s3:(Get|Put|Delete|Abort).*Object|^s3:AbortMultipartUpload")
_MARK = re.compile(r"<[^<>]+>")


class Process(NamedTuple):
    """A process of a stage: its role, and what its environment says."""

    stack: str
    role: str
    environment: Json


class Roles:
    """The roles of a stage and the resources that they are asked about."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @cached_property
    def exports(self) -> Mapping[str, tuple[str, Any]]:
        """(stack, value) by the name of an export; to another region they are parameters of Systems Manager."""
        found: dict[str, tuple[str, Any]] = {}
        for writer in self._stage.every("Custom::CrossRegionExportWriter"):
            found |= {
                name: (writer.stack, value) for name, value in writer.properties["WriterProps"]["exports"].items()
            }
        for stack, template in self._stage.stacks.items():
            for output in template.get("Outputs", {}).values():
                if "Export" in output:
                    found[output["Export"]["Name"]] = (stack, output["Value"])
        return found

    def place(self, stack: str, value: Any) -> str:
        """A value of a template with each resource written as where it stands."""
        if isinstance(value, str):
            return value
        if isinstance(value, list):
            return "".join(self.place(stack, part) for part in value)
        ((function, of),) = value.items()
        if function not in self._written:
            raise AssertionError(f"{stack}: {function} in {value}")
        return self._written[function](stack, of)

    @cached_property
    def _written(self) -> Mapping[str, Callable[[str, Any], str]]:
        """How each function of a template is written."""
        last: Callable[[str, Any], str] = lambda stack, of: self.place(stack, of[-1])  # noqa: E731  # one of five
        return {
            "Ref": lambda stack, of: f"{{{of}}}" if of.startswith("AWS::") else f"<{stack}/{of}>",
            "Fn::GetAtt": lambda stack, of: self._import(of[1]) if of[1] in self.exports else f"<{stack}/{of[0]}>",
            "Fn::ImportValue": lambda _, of: self._import(of),
            "Fn::Join": lambda stack, of: str(of[0]).join(self.place(stack, part) for part in of[1]),
            "Fn::Select": last,
            "Fn::Split": last,
        }

    def _import(self, name: str) -> str:
        return self.place(*self.exports.get(name, ("nobody", {"Ref": name})))

    def statements(self, process: Process) -> Iterator[Json]:
        """Every statement of a process' role."""
        for resource, statement in self._stage.statements(process.stack):
            ours = resource.kind == "AWS::IAM::Role" and resource.name == process.role
            if ours or {"Ref": process.role} in resource.properties.get("Roles", []):
                yield statement

    def refusal(self, process: Process, action: str, wanted: str, detail: str = "") -> str | None:
        """Why a process may not do this to a resource; None where it may."""
        allowed, under = False, ""
        for statement in self.statements(process):
            if not any(fnmatchcase(action.lower(), each.lower()) for each in listed(statement.get("Action", []))):
                continue
            resources = [self.place(process.stack, each) for each in listed(statement["Resource"])]
            if not any(_covers(each, wanted) for each in resources):
                continue
            if statement["Effect"] == "Deny":
                return f"is denied {action} on {wanted}"
            if _holds(statement.get("Condition"), detail):
                allowed = True
            else:
                under = f" (but under {statement['Condition']})"
        return None if allowed else f"may not {action} on {wanted}{under}"

    def key_of(self, place: str) -> str | None:
        """The key that a resource of the stage is encrypted with, if it is one of ours."""
        mark = _MARK.search(place)
        if mark is None:
            return None
        stack, _, name = mark[0].strip("<>").partition("/")
        body = self._stage.stacks[stack]["Resources"].get(name, {})
        value: Any = body.get("Properties", {})
        for step in KEYS.get(body.get("Type", ""), ("",)):
            value = value[0] if isinstance(value, list) else value
            value = value.get(step) if isinstance(value, Mapping) else None
        return self.place(stack, value) if value else None


def needed(roles: Roles, action: str, place: str, detail: str) -> Iterator[tuple[str, str, str]]:
    """(action, resource, condition's value) of one call: its own right, and those on the key that AWS asks for it."""
    if action.startswith("dynamodb:"):
        yield action, f"{place}/index/{detail}" if detail else place, ""
    elif _OF_OBJECTS.match(action):
        yield action, f"{place}/an/object", ""
    elif action == "execute-api:ManageConnections":
        yield action, f"{place}/POST/@connections/id", ""
    else:
        yield action, place, detail
    key = roles.key_of(place)
    if key is not None:
        rights = ("kms:Decrypt",) if action.startswith("dynamodb:") else _BY_KEY.get(action, ())
        yield from ((right, key, "") for right in rights)


def _covers(granted: str, wanted: str) -> bool:
    """Whether a statement's resource is, or has among it, the wanted one."""
    if granted == "*":
        return True
    if wanted == "*":
        return False
    mark = _MARK.search(granted)
    if mark is None:
        return fnmatchcase(wanted, granted)
    ours, theirs = wanted.removeprefix(mark[0]), granted[mark.end() :]
    return wanted.startswith(mark[0]) and (ours == theirs or fnmatchcase(ours, _glob(theirs)))


def _glob(pattern: str) -> str:
    """IAM knows `*` and `?` alone: brackets are themselves."""
    return pattern.replace("[", "[[]")


def _holds(condition: Json | None, detail: str) -> bool:
    if condition is None:
        return True
    return condition == {"StringEquals": {"cloudwatch:namespace": detail}}


def processes(stage: Stage) -> Iterator[tuple[str, Process]]:
    """Every process that runs our code, by the name that a recorded call gives it."""
    for function in stage.functions().values():
        environment = function.properties["Environment"]["Variables"]
        role = function.properties["Role"]["Fn::GetAtt"][0]
        yield f"function:{environment['SERVICE_NAME']}", Process(function.stack, role, environment)
    for task in stage.resources("AWS::ECS::TaskDefinition"):
        yield from _of_task(task)


def _of_task(task: Resource) -> Iterator[tuple[str, Process]]:
    role = task.properties["TaskRoleArn"]["Fn::GetAtt"][0]
    for container in task.properties["ContainerDefinitions"]:
        environment = {each["Name"]: each["Value"] for each in container.get("Environment", [])}
        name = str(environment.get("SERVICE_NAME", ""))
        if task.stack in {"workers", "rotation"}:
            kind = f"workers:{name.removeprefix('worker-')}" if name.startswith("worker-") else task.stack
            yield (kind if kind != "workers" else "operator"), Process(task.stack, role, environment)
