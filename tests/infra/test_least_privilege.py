"""Who may do what: rights by resource, no action by wildcard, `*` only where AWS has no resource to name."""

from __future__ import annotations

import pytest

from stacks.constructs.functions.service_function import construct_name
from stacks.terms.functions import functions
from tests.infra.templates import Json, Stage, listed, text

pytestmark = pytest.mark.infra
# Rights that AWS gives on every resource or on none; each has its reason at its policy.
RESOURCELESS = {
    "xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets",
    "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface", "ec2:DescribeSubnets",
    "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses", "ecr:GetAuthorizationToken",
    "backup:ListBackupJobs", "backup:StopBackupJob",
    "cloudwatch:PutMetricData", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics", "ce:GetCostAndUsage",
    "ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel", "logs:DescribeLogGroups",
}  # fmt: skip


def test_no_action_is_a_wildcard(stage: Stage) -> None:
    for policy, statement in stage.statements():
        assert not [action for action in listed(statement["Action"]) if "*" in action], f"{policy.stack}/{policy.name}"


def test_star_is_only_for_what_has_no_resource(stage: Stage) -> None:
    for policy, statement in stage.statements():
        if "*" in listed(statement["Resource"]):
            strange = set(listed(statement["Action"])) - RESOURCELESS
            assert not strange, f"{policy.stack}/{policy.name}: {strange}"


def test_the_audit_trail_is_appended_to_and_read_by_who_needs_it(stage: Stage) -> None:
    """No process may change an entry; only one that shows entries may read them."""
    rights: dict[str, set[str]] = {}
    for policy, statement in stage.statements():
        if "FnGetAttAudit" in text(statement["Resource"]):
            rights.setdefault(policy.name, set()).update(listed(statement["Action"]))
    assert {action for actions in rights.values() for action in actions} == {"dynamodb:PutItem", "dynamodb:Query"}
    readers = {name for name, actions in rights.items() if "dynamodb:Query" in actions}
    wanted = {construct_name(each.name) for each in functions() if "audit_read" in each.needs}
    wanted |= {"OperatorTask", "DefaultQueueTaskTask"}  # which verify the trail, and export a user's own entries
    assert {name.partition("RoleDefaultPolicy")[0] for name in readers} == wanted


def test_each_function_has_a_role_of_its_own(stage: Stage) -> None:
    roles = {(function.stack, text(function.properties["Role"])) for function in stage.functions().values()}
    assert len(roles) == len(functions())


def test_a_function_reaches_only_what_it_needs(prod: Stage) -> None:
    """The scan's function has no business with reports; the authorizer none with jobs."""
    rights = {name: role_rights(prod, name) for name in ("Security", "Authorizer", "Tax", "Alerts")}
    assert "FnGetAttReports" not in rights["Security"]
    assert "FnGetAttJobs" not in rights["Authorizer"]
    assert "FnGetAttReports" in rights["Tax"]
    assert "FnGetAttExports" in rights["Security"]  # a contract's source waits there for its scan
    assert "FnGetAttExports" not in rights["Alerts"]


def role_rights(stage: Stage, name: str) -> str:
    found = [s for policy, s in stage.statements() if policy.name.startswith(f"{name}RoleDefaultPolicy")]
    assert found
    return text(found)


def test_workers_read_their_own_database_role_and_functions_theirs(stage: Stage) -> None:
    for task in stage.resources("AWS::ECS::TaskDefinition", "workers"):
        environment = text(task.properties["ContainerDefinitions"][0]["Environment"])
        assert "WorkerDatabaseConnection" in environment
        assert "DatabaseAppConnection" not in environment
    ours = [each for each in stage.statements() if each[0].stack == "api" or each[0].stack.startswith("service-")]
    for policy, statement in ours:
        if "secretsmanager:GetSecretValue" in listed(statement["Action"]):
            assert "Admin" not in text(statement["Resource"]), policy.name
            assert "Owner" not in text(statement["Resource"]), policy.name


def test_no_role_trusts_everybody(stage: Stage) -> None:
    for role in stage.resources("AWS::IAM::Role"):
        for statement in role.properties["AssumeRolePolicyDocument"]["Statement"]:
            assert statement.get("Principal") not in ("*", {"AWS": "*"}), role.name


def test_the_pipeline_deploys_by_openid_from_one_repository(stages: dict[str, Stage]) -> None:
    roles = stages["borrowing"].resources("AWS::IAM::Role", "security")
    trust: list[Json] = [
        statement
        for role in roles
        for statement in role.properties["AssumeRolePolicyDocument"]["Statement"]
        if statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    ]
    assert len(trust) == 1
    subjects = trust[0]["Condition"]["StringEquals"]
    assert subjects["token.actions.githubusercontent.com:sub"] == "repo:owner/repository:environment:prod"
    assert not list(stages["borrowing"].every("AWS::IAM::AccessKey"))


def test_operators_need_a_second_factor(stage: Stage) -> None:
    roles = [r for r in stage.resources("AWS::IAM::Role", "security") if r.name.startswith("Operators")]
    assert len(roles) == 3
    for role in roles:
        condition = role.properties["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]
        assert condition == {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def test_the_trail_is_validated_and_everywhere(stage: Stage) -> None:
    trail = stage.only("AWS::CloudTrail::Trail").properties
    assert trail["EnableLogFileValidation"] is True
    assert trail["IsMultiRegionTrail"] is True
