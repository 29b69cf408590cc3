"""Counts what our own logs call an error, by process: logs are JSON with a `level`."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.constructs.alarms import Alarms
from stacks.constructs.metrics import BUSINESS, metric
from stacks.constructs.service_function import ServiceFunction
from stacks.constructs.worker_service import WorkerService

_ERRORS = logs.FilterPattern.any(
    logs.FilterPattern.string_value("$.level", "=", "ERROR"),
    logs.FilterPattern.string_value("$.level", "=", "CRITICAL"),
)


def count_errors(
    scope: Construct,
    functions: Mapping[str, ServiceFunction],
    services: Mapping[str, WorkerService],
    alarms: Alarms,
) -> None:
    """Metric `LoggedErrors` a process, and a warning over ten in five minutes."""
    groups = {name: function.log_group for name, function in functions.items()}
    groups |= {f"worker_{name}": service.task.log_group for name, service in services.items()}
    for name, group in groups.items():
        title = name.title().replace("_", "")
        metric_name = f"LoggedErrors{title}"
        logs.MetricFilter(
            scope,
            f"{title}Errors",
            log_group=group,
            filter_pattern=_ERRORS,
            metric_namespace=f"{BUSINESS}/Logs",
            metric_name=metric_name,
            default_value=0,
        )
        counted = metric(f"{BUSINESS}/Logs", metric_name, {}, statistic="Sum")
        alarms.above(metric_name, counted, 10, "warning", f"{name} logs errors")
