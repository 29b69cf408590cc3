"""A deployment as CloudFormation carries it out: stack by stack, each knowing only what earlier ones left behind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from typing import Any

from tests.infra.rights import Roles
from tests.infra.templates import Json, Stage

OUTSIDE = {"/cdk-bootstrap/hnb659fds/version": "cdk bootstrap; preflight looks at its version"}
"""Parameters of Systems Manager that something else than a stack of ours makes."""
_RESOLVED = re.compile(r"\{\{resolve:(\w[\w-]*):(.+?)(?::SecretString:(\w*):[^:}]*:[^:}]*)?\}\}")


def unmet(stage: Stage) -> list[str]:
    """What a stack asks for at its turn and nobody has made by then; empty for a stage that deploys."""
    return [f"{name}: {problem}" for name in order(stage) for problem in _Turn(stage, name).problems()]


def order(stage: Stage) -> list[str]:
    """The stacks as the CDK command deploys them: after those that they say they depend on."""
    return list(TopologicalSorter({name: _needs(stage, name) for name in stage.artifacts()}).static_order())


def _needs(stage: Stage, name: str) -> set[str]:
    prefix = f"premium-{stage.name}-"
    before = stage.artifacts()[name]["dependencies"]
    return {one.removeprefix(prefix) for one in before if one.startswith(prefix) and not one.endswith(".assets")}


def earlier(stage: Stage, name: str) -> set[str]:
    """All stacks that are surely there when this one begins, however many run at once."""
    found: set[str] = set()
    left = [name]
    while left:
        fresh = _needs(stage, left.pop()) - found
        found |= fresh
        left += fresh
    return found


class _Turn:
    """One stack at its turn."""

    def __init__(self, stage: Stage, name: str) -> None:
        self._stage, self._name, self._template = stage, name, stage.stacks[name]
        self._there = earlier(stage, name)
        self._roles = Roles(stage)

    def problems(self) -> Iterator[str]:
        yield from self._parameters()
        declared = self._template.get("Conditions", {}).keys()
        for where, node in _walk(
            {key: self._template[key] for key in ("Resources", "Outputs") if key in self._template}
        ):
            if isinstance(node, dict):
                yield from (f"{where}: {each}" for each in self._asked(node))
                conditions = [node.get("Condition"), (node.get("Fn::If") or [None])[0]]
                names = [each for each in conditions if isinstance(each, str)]
                yield from (f"{where}: no condition {each}" for each in names if each not in declared)

    def _parameters(self) -> Iterator[str]:
        for name, parameter in self._template.get("Parameters", {}).items():
            if "Default" not in parameter:
                yield f"parameter {name} is asked of a person"
            elif parameter["Type"].startswith("AWS::SSM") and parameter["Default"] not in OUTSIDE:
                yield f"parameter {name} reads {parameter['Default']}, which nobody makes"

    def _asked(self, node: Json) -> Iterator[str]:
        if name := node.get("Fn::ImportValue"):
            yield from self._import(name)
        parts = node.get("Fn::Join")
        whole = [parts] if parts else []
        texts = [value for value in node.values() if isinstance(value, str)]
        for written in [*(self._written(one) for one in whole), *texts]:
            for kind, of, field in _RESOLVED.findall(written):
                yield from self._dynamic(kind, of, field)

    def _written(self, join: list[Any]) -> str:
        if not any("{{resolve:" in part for part in join[1] if isinstance(part, str)):
            return ""
        return self._roles.place(self._name, {"Fn::Join": join})

    def _import(self, name: object) -> Iterator[str]:
        known = self._roles.exports.get(str(name))
        if known is None:
            yield f"nobody exports {name}"
        elif known[0] not in self._there:
            yield f"{name} is exported by {known[0]}, which need not be there yet"

    def _dynamic(self, kind: str, of: str, field: str) -> Iterator[str]:
        if kind != "secretsmanager":
            if of not in OUTSIDE:
                yield from self._import(of)
            return
        mark = re.search(r"<([^/]+)/([^>]+)>", of)
        if mark is None:
            if not of.startswith("arn:"):
                yield f"the secret {of} is made by nobody"
            return
        stack, logical = mark.groups()
        if stack not in self._stage.stacks:
            return  # an import without an export is said of itself
        if stack != self._name and stack not in self._there:
            yield f"the secret {logical} is made by {stack}, which need not be there yet"
        body = self._stage.stacks[stack]["Resources"][logical]
        if field and field not in fields(body["Properties"]):
            yield f"the secret {logical} has no field {field}"
        if _region(self._stage, stack) != _region(self._stage, self._name) and not self._replicated(body):
            yield f"the secret {logical} is not in this stack's region"

    def _replicated(self, body: Json) -> bool:
        ours = _region(self._stage, self._name)
        return ours in [each["Region"] for each in body["Properties"].get("ReplicaRegions", [])]


def fields(secret: Json) -> set[str]:
    """The fields of a secret's first value."""
    made = secret.get("GenerateSecretString", {})
    template = json.loads(made.get("SecretStringTemplate", "{}"))
    text = json.dumps(secret.get("SecretString", ""))
    return {*template, made.get("GenerateStringKey", ""), *re.findall(r'\\"(\w+)\\":', text)}


def _region(stage: Stage, name: str) -> str:
    return str(stage.artifacts()[name]["environment"].rpartition("/")[2])


def _walk(node: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    yield where, node
    inside = node.items() if isinstance(node, Mapping) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inside:
        yield from _walk(value, f"{where}/{key}" if where.count("/") < 2 else where)
