"""Alarms in three classes, each with an action and a runbook."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from aws_cdk.aws_cloudwatch_actions import SnsAction
from constructs import Construct

Severity = Literal["critical", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")


class Alarms(Construct):
    """Alarms of one runbook, by name in `made`; each tells its class's topic.

    It says there, too, when it is over.
    `runbook` is a file of docs/runbooks/; an alarm's heading there is its name in words unless another is given.
    """

    def __init__(self, scope: Construct, name: str, *, topics: Mapping[Severity, sns.ITopic], runbook: str) -> None:
        super().__init__(scope, name)
        self._topics, self._runbook = topics, runbook
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
        heading: str | None = None,
        silence: bool = False,
    ) -> cloudwatch.Alarm:
        """Alarm on more than `threshold` for `periods` periods.

        With `silence` on no figure at all, too.
        """
        over = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
        return self._add(
            name,
            severity,
            text,
            heading,
            metric=metric,
            threshold=threshold,
            periods=periods,
            how=over,
            silence=silence,
        )

    def below(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        threshold: float,
        severity: Severity,
        text: str,
        *,
        periods: int = 1,
        silence: bool = False,
    ) -> cloudwatch.Alarm:
        """Alarm on less than `threshold` for `periods` periods.

        With `silence` on no figure at all, too.
        """
        under = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
        return self._add(
            name, severity, text, None, metric=metric, threshold=threshold, periods=periods, how=under, silence=silence
        )

    def judging(self, name: str, metric: cloudwatch.IMetric, text: str, *, periods: int) -> cloudwatch.Alarm:
        """Make an alarm on anything above 0 that tells nobody.

        A release asks it, and is taken back by it.
        """
        return self._alarm(
            name,
            description("info", text, self._runbook, "Canary"),
            metric=metric,
            threshold=0,
            periods=periods,
            how=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
        )

    def _add(
        self,
        name: str,
        severity: Severity,
        text: str,
        heading: str | None,
        *,
        metric: cloudwatch.IMetric,
        threshold: float,
        periods: int,
        how: cloudwatch.ComparisonOperator,
        silence: bool,
    ) -> cloudwatch.Alarm:
        said = description(severity, text, self._runbook, heading or name)
        alarm = self._alarm(name, said, metric=metric, threshold=threshold, periods=periods, how=how, silence=silence)
        action = SnsAction(self._topics[severity])
        alarm.add_alarm_action(action)
        alarm.add_ok_action(action)
        return alarm

    def _alarm(
        self,
        name: str,
        said: str,
        *,
        metric: cloudwatch.IMetric,
        threshold: float,
        periods: int,
        how: cloudwatch.ComparisonOperator,
        silence: bool = False,
    ) -> cloudwatch.Alarm:
        missing = cloudwatch.TreatMissingData
        self.made[name] = cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            comparison_operator=how,
            treat_missing_data=missing.BREACHING if silence else missing.NOT_BREACHING,
            alarm_description=said,
        )
        return self.made[name]


def description(severity: Severity, text: str, runbook: str, heading: str) -> str:
    """Return what an operator reads first: how grave, what, and where to look."""
    anchor = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", heading).lower()
    return f"[{severity}] {text}. Runbook: docs/runbooks/{runbook}.md#{anchor}"
