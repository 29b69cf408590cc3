"""References point down the list of 05-infrastructure only; nothing has a physical name or an account in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cdk_app.assets import ROOT
from tests.infra.templates import Stage, text

pytestmark = pytest.mark.infra
# Stacks of services stand side by side: none of them points to another.
ORDER = (
    "network", "security", "data", "timeseries", "messaging", "migrations", "api", "service", "workers", "edge",
    "rotation", "observability",
)  # fmt: skip
# AWS knows these by a name that must be given; each is made of the stage's.
NAMED = {
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::XRay::Group": "GroupName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::IAM::Role": "RoleName",
    "AWS::RDS::DBInstance": "DBInstanceIdentifier",
    "AWS::ECS::Cluster": "ClusterName",
    "AWS::ECS::Service": "ServiceName",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::CloudWatch::Alarm": "AlarmName",
}
EXCEPTIONS = {("AWS::Logs::LogGroup", "edge"), ("AWS::XRay::Group", "observability")}


def test_stacks_depend_on_earlier_ones_alone(stage: Stage) -> None:
    prefix = f"premium-{stage.name}-"
    for name, artifact in stage.artifacts().items():
        for dependency in artifact["dependencies"]:
            if dependency.startswith(prefix) and not dependency.endswith(".assets"):
                assert _place(dependency.removeprefix(prefix)) < _place(name), f"{name} → {dependency}"
    assert {_place(name) for name in stage.artifacts()} == set(range(len(ORDER)))


def _place(name: str) -> int:
    return ORDER.index("service" if name.startswith("service-") else name)


def test_nothing_has_a_physical_name(stage: Stage) -> None:
    for resource in stage.every():
        key = NAMED.get(resource.kind)
        if key and (resource.kind, resource.stack) not in EXCEPTIONS:
            assert key not in resource.properties, f"{resource.stack}/{resource.name}"


def test_no_account_is_in_a_template(stage: Stage) -> None:
    for name, template in stage.stacks.items():
        found = re.findall(r":\d{12}:", text(template))
        assert found == [], name


def test_stacks_of_prod_are_protected(stages: dict[str, Stage]) -> None:
    for name in ("dev", "staging", "prod"):
        artifacts = stages[name].artifacts().values()
        protected = {bool(one["properties"].get("terminationProtection")) for one in artifacts}
        assert protected == {name == "prod"}


def test_stack_files_stay_small() -> None:
    for path in [*(ROOT / "stacks").rglob("*.py"), *(ROOT / "cdk_app").rglob("*.py")]:
        assert len(path.read_text().splitlines()) <= 200, path


def test_a_service_has_room_for_400_more_routes(prod: Stage) -> None:
    """CloudFormation takes 500 resources a stack, and a route is one of its service's stack."""
    for name, template in prod.stacks.items():
        assert len(template["Resources"]) <= (100 if name.startswith("service-") else 250), name


def test_infrastructure_reads_manifests_and_nothing_else_of_the_application() -> None:
    for path in [*(ROOT / "stacks").rglob("*.py"), *(ROOT / "cdk_app").rglob("*.py")]:
        ours = {name for name in _imported(path) if name.partition(".")[0] in {"premium", "handlers", "workers"}}
        assert ours <= {"premium.manifest"}, path


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
