"""Templates as the tests read them: resources by type, properties, references, policy statements."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

Json = dict[str, Any]


class Resource(NamedTuple):
    """One resource of one stack."""

    stack: str
    name: str
    kind: str
    properties: Json
    body: Json


class Stage:
    """The synthesized stacks of a stage, by their names without `premium-<stage>-`."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder

    @cached_property
    def stacks(self) -> dict[str, Json]:
        paths = sorted(self.folder.glob("premium-*.template.json"))
        return {path.name.split(".")[0].split("-", 2)[2]: json.loads(path.read_text()) for path in paths}

    def artifacts(self) -> dict[str, Json]:
        """The stacks of the cloud assembly's manifest, by the same names."""
        artifacts = json.loads((self.folder / "manifest.json").read_text())["artifacts"]
        stacks = {name: one for name, one in artifacts.items() if one["type"] == "aws:cloudformation:stack"}
        return {name.split("-", 2)[2]: one for name, one in stacks.items() if name.startswith("premium-")}

    def functions(self) -> dict[str, Resource]:
        """Every function of ours, by its handler."""
        found = [f for f in self.resources("AWS::Lambda::Function") if "Handler" in f.properties]
        return {f.properties["Handler"]: f for f in found if f.properties["Handler"].startswith("handlers.")}

    def resources(self, kind: str, stack: str | None = None) -> list[Resource]:
        """All of a type; an empty answer fails the test, so that a renamed type is not mistaken for a safe one."""
        found = list(self.every(kind, stack))
        assert found, f"{self.name} has no {kind}"
        return found

    def every(self, kind: str | None = None, stack: str | None = None) -> Iterator[Resource]:
        for name, template in self.stacks.items():
            for logical_id, body in template["Resources"].items():
                if (kind is None or body["Type"] == kind) and (stack is None or name == stack):
                    yield Resource(name, logical_id, body["Type"], body.get("Properties", {}), body)

    def only(self, kind: str, stack: str | None = None) -> Resource:
        found = self.resources(kind, stack)
        assert len(found) == 1, [resource.name for resource in found]
        return found[0]

    def statements(self, stack: str | None = None) -> Iterator[tuple[Resource, Json]]:
        """Every statement of every identity policy."""
        for resource in self.every(stack=stack):
            documents = []
            if resource.kind in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}:
                documents = [resource.properties["PolicyDocument"]]
            elif resource.kind == "AWS::IAM::Role":
                documents = [policy["PolicyDocument"] for policy in resource.properties.get("Policies", [])]
            for document in documents:
                for statement in document["Statement"]:
                    yield resource, statement

    @cached_property
    def report(self) -> list[Json]:
        """The validation plugins' reports (nag among them)."""
        return list(json.loads((self.folder / "validation-report.json").read_text())["pluginReports"])

    @cached_property
    def acknowledgements(self) -> list[tuple[str, str, str]]:
        """(construct path, finding, reason) of each acknowledged finding that our own code wrote."""
        manifest = json.loads((self.folder / "manifest.json").read_text())
        found = []
        for artifact in manifest["artifacts"].values():
            metadata = artifact.get("metadata") or {}
            if extra := artifact.get("additionalMetadataFile"):
                metadata = json.loads((self.folder / extra).read_text())
            for path, entries in metadata.items():
                for entry in entries:
                    if entry["type"] == "aws:cdk:acknowledged-rules":
                        found += [(path, finding, reason) for finding, reason in entry["data"].items()]
        return found


def listed(value: Any) -> list[Any]:
    """A policy's one-or-many."""
    return value if isinstance(value, list) else [value]


def text(value: Any) -> str:
    """Anything of a template as one searchable string."""
    return json.dumps(value, sort_keys=True)
