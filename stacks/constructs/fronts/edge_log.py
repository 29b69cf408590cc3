"""CloudFront's access log, delivered with fields that we name.

Its older log has one form for everybody, whose query strings hold the tokens of streams.
"""

from __future__ import annotations

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

FIELDS = (
    "date", "time", "x-edge-location", "c-ip", "cs-method", "cs(Host)", "cs-uri-stem", "sc-status", "sc-bytes",
    "cs-bytes", "time-taken", "time-to-first-byte", "x-edge-result-type", "x-edge-detailed-result-type",
    "x-edge-request-id", "ssl-protocol", "ssl-cipher", "cs-protocol-version", "cs(User-Agent)",
)  # fmt: skip


def log_requests(scope: Construct, distribution: cloudfront.Distribution, bucket: s3.Bucket) -> None:
    """Deliver one JSON object a request to the bucket.

    No query, no referer, no cookie: each may hold a token.
    """
    stack = Stack.of(scope)
    source = logs.CfnDeliverySource(
        scope, "RequestLog", name=f"{stack.stack_name}-requests", log_type="ACCESS_LOGS",
        resource_arn=distribution.distribution_arn,
    )  # fmt: skip
    destination = logs.CfnDeliveryDestination(
        scope, "RequestLogBucket", name=f"{stack.stack_name}-requests", output_format="json",
        destination_resource_arn=bucket.bucket_arn,
    )  # fmt: skip
    delivery = logs.CfnDelivery(
        scope, "RequestLogDelivery", delivery_source_name=source.name, record_fields=[*FIELDS],
        delivery_destination_arn=destination.attr_arn, s3_suffix_path="requests/{yyyy}/{MM}/{dd}/{HH}",
    )  # fmt: skip
    delivery.node.add_dependency(source)
    bucket.add_to_resource_policy(_writing(stack, bucket))
    delivery.node.add_dependency(bucket)


def _writing(stack: Stack, bucket: s3.Bucket) -> iam.PolicyStatement:
    colon = ArnFormat.COLON_RESOURCE_NAME
    source = stack.format_arn(service="logs", resource="delivery-source", resource_name="*", arn_format=colon)
    return iam.PolicyStatement(
        principals=[iam.ServicePrincipal("delivery.logs.amazonaws.com")],
        actions=["s3:PutObject"],
        resources=[bucket.arn_for_objects("*")],
        conditions={
            "StringEquals": {"aws:SourceAccount": stack.account},
            "ArnLike": {"aws:SourceArn": source},
        },
    )
