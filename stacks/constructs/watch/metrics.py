"""Define namespaces and helpers of CloudWatch metrics."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

BUSINESS = "Premium"


def metric(
    namespace: str,
    name: str,
    dimensions: dict[str, str],
    *,
    statistic: str = "Average",
    minutes: int = 5,
) -> cloudwatch.Metric:
    """Return a metric over periods of `minutes`."""
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name=name,
        dimensions_map=dimensions,
        statistic=statistic,
        period=Duration.minutes(minutes),
    )
