"""Alarms in three classes, each with an action: who is woken, who is told, who may look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from aws_cdk.aws_cloudwatch_actions import SnsAction
from constructs import Construct

Severity = Literal["critical", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")


class Alarms(Construct):
    """`made` by name; every alarm goes to its class's topic, and says there when it is over."""

    def __init__(self, scope: Construct, name: str, *, topics: Mapping[Severity, sns.ITopic]) -> None:
        super().__init__(scope, name)
        self._topics = topics
        self.made: dict[str, cloudwatch.Alarm] = {}

    def above(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        threshold: float,
        severity: Severity,
        text: str,
        *,
        periods: int = 1,
    ) -> None:
        """More than `threshold` for `periods` of the metric's periods; silence is no alarm."""
        over = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
        self._add(name, severity, text, metric=metric, threshold=threshold, evaluation_periods=periods, comparison=over)

    def below(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        threshold: float,
        severity: Severity,
        text: str,
        *,
        periods: int = 1,
    ) -> None:
        """Less than `threshold` for `periods` of the metric's periods; silence is no alarm."""
        under = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
        self._add(
            name, severity, text, metric=metric, threshold=threshold, evaluation_periods=periods, comparison=under
        )

    def _add(
        self,
        name: str,
        severity: Severity,
        text: str,
        *,
        metric: cloudwatch.IMetric,
        threshold: float,
        evaluation_periods: int,
        comparison: cloudwatch.ComparisonOperator,
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=threshold,
            evaluation_periods=evaluation_periods,
            comparison_operator=comparison,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=f"[{severity}] {text}",
        )
        action = SnsAction(self._topics[severity])
        alarm.add_alarm_action(action)
        alarm.add_ok_action(action)
        self.made[name] = alarm
