"""Log groups of a stage, kept and encrypted as it says."""

from __future__ import annotations

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.terms.frame import Frame


def log_group(
    scope: Construct, name: str, *, frame: Frame, key: kms.IKey | None = None, physical_name: str | None = None
) -> logs.LogGroup:
    """Make a log group under `key`, or under the stage's own key of logs."""
    return logs.LogGroup(
        scope,
        name,
        log_group_name=physical_name,
        retention=frame.log_retention,
        removal_policy=RemovalPolicy.DESTROY,
        encryption_key=key or frame.log_key,
    )


def let_logs_use(key: kms.Key) -> None:
    """Let CloudWatch Logs use the key, for log groups of this account and region alone."""
    stack = Stack.of(key)
    groups = stack.format_arn(
        service="logs", resource="log-group", resource_name="*", arn_format=ArnFormat.COLON_RESOURCE_NAME
    )
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal(f"logs.{stack.region}.amazonaws.com")],
            actions=["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
            resources=["*"],
            conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
        )
    )


def let_trail_use(key: kms.Key) -> None:
    """Let CloudTrail encrypt what it writes, for trails of this account alone."""
    stack = Stack.of(key)
    trails = stack.format_arn(service="cloudtrail", region="*", resource="trail", resource_name="*")
    trail = iam.ServicePrincipal("cloudtrail.amazonaws.com")
    about = {"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": trails}}
    encrypt = iam.PolicyStatement(
        principals=[trail], actions=["kms:GenerateDataKey*"], resources=["*"], conditions=about
    )
    key.add_to_resource_policy(encrypt)
    key.add_to_resource_policy(iam.PolicyStatement(principals=[trail], actions=["kms:DescribeKey"], resources=["*"]))
