"""Grants narrower than the library's own: named actions, no `s3:GetObject*`, no `kms:ReEncrypt*`."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from stacks.constructs.access.findings import wildcard_finding
from stacks.constructs.access.provision import Provision

READ = ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem")
WRITE = ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem")
APPEND = ("dynamodb:PutItem",)
QUERY = ("dynamodb:Query",)
SWEEP = ("dynamodb:Scan",)
OBJECTS = ("s3:GetObject", "s3:PutObject")
LISTED = ("s3:ListBucket", "s3:ListBucketVersions")
ERASED_OBJECTS = ("s3:DeleteObject", "s3:DeleteObjectVersion")
ERASE = ("dynamodb:Scan", "dynamodb:DeleteItem")
_KEY_USE = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey")


def of_table(
    variable: str, table: dynamodb.Table, indexes: tuple[str, ...], key: kms.IKey, actions: tuple[str, ...]
) -> Provision:
    """Return a table's name and these actions on it and its indexes."""
    arns = [table.table_arn, *(f"{table.table_arn}/index/{index}" for index in indexes)]

    def grant(grantee: iam.IGrantable) -> None:
        iam.Grant.add_to_principal(grantee=grantee, actions=list(actions), resource_arns=arns)
        key.grant(grantee, *_KEY_USE)

    return Provision({variable: table.table_name}, grant)


def of_listing(buckets: tuple[s3.Bucket, ...], actions: tuple[str, ...]) -> Provision:
    """Return these actions on whole buckets: what lists their objects."""
    arns = [Stack.of(bucket).export_value(bucket.bucket_arn) for bucket in buckets]

    def grant(grantee: iam.IGrantable) -> None:
        iam.Grant.add_to_principal(grantee=grantee, actions=list(actions), resource_arns=arns)

    return Provision({}, grant)


def together(*parts: Provision) -> Provision:
    """Return one provision of several."""

    def grant(grantee: iam.IGrantable) -> None:
        for part in parts:
            if part.grant is not None:
                part.grant(grantee)

    environment = {name: value for part in parts for name, value in part.environment.items()}
    findings = {name: reason for part in parts for name, reason in part.findings.items()}
    return Provision(environment, grant, findings)


def of_bucket(variable: str, bucket: s3.Bucket, key: kms.IKey, actions: tuple[str, ...]) -> Provision:
    """Return a bucket's name and these actions on its objects.

    For a process of a later stack.
    """
    stack = Stack.of(bucket)
    objects = f"{stack.export_value(bucket.bucket_arn)}/*"

    def grant(grantee: iam.IGrantable) -> None:
        iam.Grant.add_to_principal(grantee=grantee, actions=list(actions), resource_arns=[objects])
        key.grant(grantee, *_KEY_USE)

    reason = "object keys are made from job ids, unknown before the job"
    return Provision({variable: bucket.bucket_name}, grant, wildcard_finding(stack, objects, reason))
