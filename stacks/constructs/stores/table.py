"""A DynamoDB table from its shape, encrypted by the stage's key.

TTL and point-in-time recovery are always on.
"""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.terms.tables import Key, TableShape

_TYPES = {"S": dynamodb.AttributeType.STRING, "N": dynamodb.AttributeType.NUMBER}


def table(scope: Construct, name: str, shape: TableShape, *, key: kms.IKey, removal: RemovalPolicy) -> dynamodb.Table:
    """Make a table; deletion protection goes with `retain`."""
    made = dynamodb.Table(
        scope,
        name.capitalize(),
        partition_key=_attribute(shape.key.partition, "S"),
        sort_key=_sort(shape.key),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
        encryption_key=key,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        time_to_live_attribute="ttl",
        deletion_protection=removal == RemovalPolicy.RETAIN,
        removal_policy=removal,
    )
    for index in shape.indexes:
        made.add_global_secondary_index(
            index_name=index.name,
            partition_key=_attribute(index.key.partition, "S"),
            sort_key=_sort(index.key),
            projection_type=dynamodb.ProjectionType[index.projection],
        )
    return made


def _sort(key: Key) -> dynamodb.Attribute | None:
    return _attribute(key.sort, key.sort_type) if key.sort else None


def _attribute(name: str, kind: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=_TYPES[kind])
