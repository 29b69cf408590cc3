"""Count what our own logs call an error, by process.

Logs are JSON with a `level`.
"""

from __future__ import annotations

from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.constructs.functions.service_function import construct_name
from stacks.constructs.watch.alarms import Alarms
from stacks.constructs.watch.metrics import BUSINESS, metric

LOGS = f"{BUSINESS}/Logs"
_ERRORS = logs.FilterPattern.any(
    logs.FilterPattern.string_value("$.level", "=", "ERROR"),
    logs.FilterPattern.string_value("$.level", "=", "CRITICAL"),
)


def count_errors(scope: Construct, name: str, group: logs.ILogGroup, alarms: Alarms) -> None:
    """Count a process's logged errors as `LoggedErrors<Name>`, and warn over ten in five minutes."""
    metric_name = f"LoggedErrors{construct_name(name)}"
    logs.MetricFilter(
        scope,
        f"{construct_name(name)}Errors",
        log_group=group,
        filter_pattern=_ERRORS,
        metric_namespace=LOGS,
        metric_name=metric_name,
        default_value=0,
    )
    counted = metric(LOGS, metric_name, {}, statistic="Sum")
    alarms.above(metric_name, counted, 10, "warning", f"{name} logs errors", heading="LoggedErrors")
