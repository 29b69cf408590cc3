"""The alarms that a manifest declares, over the metrics that its service emits."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from premium.manifest import Alarm, Service
from stacks.constructs.watch.alarms import Alarms
from stacks.constructs.watch.metrics import BUSINESS

_FUNCTIONS: Mapping[str, str] = {"Sum": "SUM", "Average": "AVG", "Maximum": "MAX", "Minimum": "MIN"}


def declared_alarms(alarms: Alarms, service: Service) -> None:
    """Add every alarm of a service's manifest."""
    namespaces = {metric.name: metric.namespace for metric in service.metrics}
    for alarm in service.alarms:
        watched = over_all_dimensions(alarm, namespaces.get(alarm.metric, BUSINESS))
        if alarm.above is not None:
            alarms.above(alarm.name, watched, alarm.above, alarm.severity, alarm.text, periods=alarm.periods)
        elif alarm.below is not None:
            alarms.below(alarm.name, watched, alarm.below, alarm.severity, alarm.text, periods=alarm.periods)


def over_all_dimensions(alarm: Alarm, namespace: str) -> cloudwatch.MathExpression:
    """Return the alarm's metric over all processes and kinds.

    ValueError for a statistic that such a query has not.
    """
    if alarm.statistic not in _FUNCTIONS:
        known = ", ".join(_FUNCTIONS)
        raise ValueError(f"alarm {alarm.name}: {alarm.statistic} is of one process; over all of them there are {known}")
    function = _FUNCTIONS[alarm.statistic]
    return cloudwatch.MathExpression(
        expression=f'SELECT {function}({alarm.metric}) FROM "{namespace}"',  # noqa: S608 - CloudWatch's own language
        using_metrics={},
        period=Duration.minutes(alarm.minutes),
        label=alarm.text,
    )
