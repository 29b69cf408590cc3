"""References point down the list of 05-infrastructure only; nothing has a physical name or an account in it."""

from __future__ import annotations

import json
import re

import pytest

from cdk_app.assets import ROOT
from tests.infra.templates import Stage, text

pytestmark = pytest.mark.infra
ORDER = (
    "network", "security", "data", "timeseries", "messaging", "migrations", "api", "workers", "edge", "observability",
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
    artifacts = json.loads((stage.folder / "manifest.json").read_text())["artifacts"]
    prefix = f"premium-{stage.name}-"
    for name in ORDER:
        for dependency in artifacts[prefix + name]["dependencies"]:
            if dependency.startswith(prefix) and not dependency.endswith(".assets"):
                assert ORDER.index(dependency.removeprefix(prefix)) < ORDER.index(name), f"{name} → {dependency}"
    assert {path.removeprefix(prefix) for path in artifacts if path.startswith(prefix) and "." not in path} == set(
        ORDER
    )


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
        artifacts = json.loads((stages[name].folder / "manifest.json").read_text())["artifacts"]
        protected = {
            bool(a["properties"].get("terminationProtection"))
            for a in artifacts.values()
            if a["type"] == "aws:cloudformation:stack"
        }
        assert protected == {name == "prod"}


def test_stack_files_stay_small() -> None:
    for path in [*(ROOT / "stacks").rglob("*.py"), *(ROOT / "cdk_app").rglob("*.py")]:
        assert len(path.read_text().splitlines()) <= 200, path
