"""Canaries and the usual alarms of every function."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.constructs.functions.canary import Canary
from stacks.constructs.functions.service_function import ServiceFunction, construct_name
from stacks.constructs.watch.alarms import Alarms, Severity
from stacks.constructs.watch.error_filters import count_errors


class FunctionWatch(Construct):
    """Canary deployments and the usual alarms of a stack's functions.

    `alarms` takes others of the same runbook.
    """

    def __init__(
        self, scope: Construct, name: str, *, minutes: int, topics: Mapping[Severity, sns.ITopic], runbook: str
    ) -> None:
        super().__init__(scope, name)
        self._canary = Canary(self, "Canary", minutes=minutes)
        self.alarms = Alarms(self, "Alarms", topics=topics, runbook=runbook)

    def add(self, name: str, made: ServiceFunction) -> None:
        """Watch one function for errors, throttles and logged errors.

        An error within the canary's time rolls a new version back; the release's end pages then, not the alarm. Outside
        of a release a function that goes on failing is a warning.
        """
        title = construct_name(name)
        errors = made.alias.metric_errors(period=Duration.minutes(1), statistic="Sum")
        text = f"{name} fails; a version that took its first calls is rolled back"
        self._canary.deploy(made, self.alarms.judging(f"Canary{title}", errors, text, periods=2))
        often = made.alias.metric_errors(period=Duration.minutes(5), statistic="Sum")
        self.alarms.above(
            f"Failing{title}", often, 0, "warning", f"{name} goes on failing", periods=3, heading="Canary"
        )
        throttled = made.function.metric_throttles(statistic="Sum", period=Duration.minutes(5))
        self.alarms.above(f"Throttled{title}", throttled, 0, "warning", f"{name} is throttled", heading="Throttled")
        count_errors(self, name, made.log_group, self.alarms)
