"""A dashboard a service (its function beside its workers), one of the stores, one of the business."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from stacks.api import ApiStack
from stacks.constructs.metrics import BUSINESS
from stacks.constructs.service_function import ServiceFunction
from stacks.data import DataStack
from stacks.routes import HTTP
from stacks.workers import WorkersStack

_MINUTES = Duration.minutes(5)
_WORKERS = {"portfolio": "aggregation", "tax": "tax", "security": "scanning", "alerts": "alerts"}
# Sums by kind, as the code names them; what a stage has not counted yet is an empty graph.
_BUSINESS = {
    "Jobs done": "JobsDone",
    "Jobs failed": "JobsFailed",
    "Active users": "ActiveUsers",
    "Alerts triggered": "AlertsTriggered",
    "Reports made": "ReportsMade",
    "Recurring revenue (MRR, USD)": "MonthlyRecurringRevenue",
    "Churn": "Churn",
}


class Dashboards(Construct):
    """Names are generated; the console lists them by stack."""

    def __init__(self, scope: Construct, name: str, *, api: ApiStack, data: DataStack, workers: WorkersStack) -> None:
        super().__init__(scope, name)
        for function in HTTP:
            self._service(function.name, api, workers)
        self._stores(data)
        self._business()

    def _service(self, name: str, api: ApiStack, workers: WorkersStack) -> None:
        widgets = _function_widgets(api.functions[name])
        if name in _WORKERS:
            service = workers.services[_WORKERS[name]]
            cpu = service.service.metric_cpu_utilization(period=_MINUTES)
            widgets += [_graph("Backlog, jobs a worker", [service.backlog]), _graph("Workers' CPU, %", [cpu])]
        self._dashboard(name.title().replace("_", ""), widgets)

    def _stores(self, data: DataStack) -> None:
        widgets = []
        if data.database:
            database = data.database.instance
            widgets += [
                _graph("Database CPU, %", [database.metric_cpu_utilization(period=_MINUTES)]),
                _graph("Database connections", [database.metric_database_connections(period=_MINUTES)]),
            ]
        read = [table.metric_consumed_read_capacity_units(period=_MINUTES) for table in data.tables.values()]
        written = [table.metric_consumed_write_capacity_units(period=_MINUTES) for table in data.tables.values()]
        widgets += [_graph("Tables, read units", read), _graph("Tables, written units", written)]
        self._dashboard("Stores", widgets)

    def _business(self) -> None:
        widgets: list[cloudwatch.IWidget] = []
        for title, metric_name in _BUSINESS.items():
            found = f"SEARCH('Namespace=\"{BUSINESS}\" MetricName=\"{metric_name}\"', 'Sum', 3600)"
            expression = cloudwatch.MathExpression(expression=found, using_metrics={}, period=Duration.hours(1))
            widgets.append(_graph(title, [expression]))
        self._dashboard("Business", widgets)

    def _dashboard(self, name: str, widgets: Sequence[cloudwatch.IWidget]) -> None:
        rows = [list(widgets[at : at + 3]) for at in range(0, len(widgets), 3)]
        cloudwatch.Dashboard(self, name, widgets=rows, default_interval=Duration.hours(12))


def _function_widgets(made: ServiceFunction) -> list[cloudwatch.IWidget]:
    alias = made.alias
    durations = [alias.metric_duration(statistic=statistic, period=_MINUTES) for statistic in ("p50", "p95", "p99")]
    return [
        _graph("Calls", [alias.metric_invocations(period=_MINUTES)]),
        _graph("Errors and throttles", [alias.metric_errors(period=_MINUTES), alias.metric_throttles(period=_MINUTES)]),
        _graph("Duration, ms", durations),
    ]


def _graph(title: str, metrics: Sequence[cloudwatch.IMetric]) -> cloudwatch.IWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=8)
