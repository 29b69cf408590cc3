"""Publish daily figures and weekly costs to one SNS topic."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3


def handler(event: dict[str, Any], context: Any) -> None:  # noqa: ARG001 - Lambda calls with two
    """`{"kind": "daily" | "weekly"}`."""
    now = datetime.now(UTC)
    weekly = event["kind"] == "weekly"
    lines = _costs(now) if weekly else _figures(now)
    subject = f"Premium {os.environ['STAGE']}: {'costs of the week' if weekly else 'figures of the day'}"
    message = "\n".join(lines) or "nothing was measured"
    boto3.client("sns").publish(TopicArn=os.environ["TOPIC"], Subject=subject, Message=message)


def _figures(now: datetime) -> list[str]:
    cloudwatch = boto3.client("cloudwatch")
    pages = cloudwatch.get_paginator("list_metrics").paginate(Namespace=os.environ["NAMESPACE"])
    found = [metric for page in pages for metric in page["Metrics"]][:400]
    queries: list[Any] = [
        {"Id": f"m{number}", "MetricStat": {"Metric": metric, "Period": 86400, "Stat": "Sum"}}
        for number, metric in enumerate(found)
    ]
    if not queries:
        return []
    answer = cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=now - timedelta(days=1), EndTime=now)
    sums = {result["Id"]: sum(result["Values"]) for result in answer["MetricDataResults"]}
    return sorted(f"{_named(metric)}: {sums.get(f'm{number}', 0):g}" for number, metric in enumerate(found))


def _named(metric: Any) -> str:
    by = ", ".join(f"{dimension['Name']} {dimension['Value']}" for dimension in metric["Dimensions"])
    return f"{metric['MetricName']} ({by})" if by else str(metric["MetricName"])


def _costs(now: datetime) -> list[str]:
    tag = os.environ.get("COST_TAG")  # one that is not activated would count nothing
    only: Any = {"Filter": {"Tags": {"Key": tag, "Values": [os.environ["STAGE"]]}}} if tag else {}
    answer = boto3.client("ce", region_name="us-east-1").get_cost_and_usage(
        TimePeriod={"Start": (now - timedelta(days=7)).date().isoformat(), "End": now.date().isoformat()},
        Granularity="DAILY",
        Metrics=["UnblendedCost"],
        GroupBy=[{"Type": "DIMENSION", "Key": "SERVICE"}],
        **only,
    )
    totals: dict[str, float] = {}
    for day in answer["ResultsByTime"]:
        for group in day["Groups"]:
            service = group["Keys"][0]
            totals[service] = totals.get(service, 0.0) + float(group["Metrics"]["UnblendedCost"]["Amount"])
    lines = [f"{service}: ${total:,.2f}" for service, total in sorted(totals.items(), key=lambda item: -item[1])]
    return [f"total: ${sum(totals.values()):,.2f}", *lines]
