"""Grants narrower than the library's own: named actions, no `s3:GetObject*`, no `kms:ReEncrypt*`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aws_cdk import CfnElement, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from stacks.constructs.provision import Provision
from stacks.constructs.resource import resource

READ = ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem")
WRITE = ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem")
APPEND = ("dynamodb:PutItem",)
_KEY_USE = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey")


def of_table(variable: str, table: dynamodb.Table, key: kms.IKey, actions: tuple[str, ...]) -> Provision:
    """A table's name and these actions on it and its indexes."""

    def grant(grantee: iam.IGrantable) -> None:
        table.grant(grantee, *actions)
        key.grant(grantee, *_KEY_USE)

    reason = "the grant covers the table's own indexes, whose names are the wildcard"
    return Provision({variable: table.table_name}, grant, _found(f"{_arn(table)}/index/*", reason))


def of_bucket(variable: str, bucket: s3.Bucket, key: kms.IKey, actions: tuple[str, ...]) -> Provision:
    """A bucket's name and these actions on its objects."""

    def grant(grantee: iam.IGrantable) -> None:
        objects = [bucket.arn_for_objects("*")]
        iam.Grant.add_to_principal(grantee=grantee, actions=list(actions), resource_arns=objects)
        key.grant(grantee, *_KEY_USE)

    return Provision(
        {variable: bucket.bucket_name},
        grant,
        _found(f"{_arn(bucket)}/*", "object keys are made from job ids, unknown before the job"),
    )


def merged(first: Provision, *others: Provision) -> Provision:
    """One provision of several: all their variables, grants and findings."""
    parts = (first, *others)
    grants = [part.grant for part in parts if part.grant is not None]
    environment: dict[str, str] = {}
    findings: dict[str, str] = {}
    for part in parts:
        environment |= part.environment
        findings |= part.findings
    return Provision(environment, _all_of(grants), findings)


def _all_of(grants: list[Callable[[iam.IGrantable], object]]) -> Callable[[iam.IGrantable], object]:
    return lambda grantee: [grant(grantee) for grant in grants]


def _found(pattern: str, reason: str) -> Mapping[str, str]:
    return {f"AwsSolutions-IAM5[Resource::{pattern}]": reason}


def _arn(made: dynamodb.Table | s3.Bucket) -> str:
    """The resource's ARN as nag prints it: `<LogicalId.Arn>`."""
    return f"<{Stack.of(made).get_logical_id(resource(made, CfnElement))}.Arn>"
