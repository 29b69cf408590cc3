"""Dashboards of services, of stores, of workers and of the business."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from premium.manifest import Metric, Service, services
from stacks.constructs.functions.service_function import ServiceFunction
from stacks.constructs.tasks.worker_service import WorkerService
from stacks.constructs.watch.metrics import BUSINESS, metric
from stacks.data import DataStack

_MINUTES = Duration.minutes(5)


def service_dashboard(scope: Construct, service: Service, made: Mapping[str, ServiceFunction]) -> None:
    """Make a service's dashboard: its functions, its worker class and its own metrics."""
    widgets = [widget for name, function in made.items() for widget in _of_function(name, function)]
    if service.kinds or service.residents:
        widgets += _of_queue(service)
    dashboard(scope, "Dashboard", [*widgets, *(_declared(each) for each in service.metrics)])


def dashboard(scope: Construct, name: str, widgets: Sequence[cloudwatch.IWidget]) -> None:
    """Make a dashboard of three graphs a row.

    Its name is generated; the console lists it by stack.
    """
    rows = [list(widgets[at : at + 3]) for at in range(0, len(widgets), 3)]
    cloudwatch.Dashboard(scope, name, widgets=rows, default_interval=Duration.hours(12))


class PlatformDashboards(Construct):
    """Dashboards of what belongs to no single service."""

    def __init__(self, scope: Construct, name: str, *, data: DataStack, workers: Iterable[WorkerService]) -> None:
        super().__init__(scope, name)
        dashboard(self, "Stores", _of_stores(data))
        dashboard(self, "Workers", [widget for each in workers for widget in _of_workers(each)])
        business = [_declared(metric, service.title) for service in services() for metric in service.metrics]
        dashboard(self, "Business", business)


def _of_function(name: str, made: ServiceFunction) -> list[cloudwatch.IWidget]:
    alias = made.alias
    durations = [alias.metric_duration(statistic=statistic, period=_MINUTES) for statistic in ("p50", "p95", "p99")]
    troubles = [alias.metric_errors(period=_MINUTES), alias.metric_throttles(period=_MINUTES)]
    return [
        _graph(f"{name}: calls", [alias.metric_invocations(period=_MINUTES)]),
        _graph(f"{name}: errors and throttles", troubles),
        _graph(f"{name}: duration, ms", durations),
    ]


def _of_queue(service: Service) -> list[cloudwatch.IWidget]:
    """Draw a service's queue by names alone: the workers' stack comes later."""
    waiting = [_queue_metric(name, service.queue) for name in ("Backlog", "QueuedJobs")]
    graphs = [_graph(f"Queue {service.queue}: jobs a worker, jobs waiting", waiting)]
    if service.kinds:
        ended = [_kinds(name, service.kinds, "Sum") for name in ("JobsDone", "JobsFailed", "JobsRefused")]
        graphs += [_graph("Jobs by how they ended", ended)]
        graphs += [_graph("Seconds from acceptance to end", [_kinds("JobSeconds", service.kinds, "Average")])]
    return graphs


def _queue_metric(name: str, queue: str) -> cloudwatch.Metric:
    return metric(BUSINESS, name, {"Queue": queue}, statistic="Maximum", minutes=1)


def _kinds(name: str, kinds: Iterable[str], statistic: str) -> cloudwatch.MathExpression:
    wanted = " OR ".join(f'"{kind}"' for kind in kinds)
    return _found(f'MetricName="{name}" kind=({wanted})', statistic, 60)


def _declared(each: Metric, of: str | None = None) -> cloudwatch.IWidget:
    title = f"{of}: {each.title}" if of else each.title
    return _graph(title, [_found(f'MetricName="{each.name}"', each.statistic, each.minutes, each.namespace)])


def _found(query: str, statistic: str, minutes: int, namespace: str = BUSINESS) -> cloudwatch.MathExpression:
    """Return a metric under whatever dimensions it is emitted."""
    expression = f"SEARCH('Namespace=\"{namespace}\" {query}', '{statistic}', {minutes * 60})"
    return cloudwatch.MathExpression(expression=expression, using_metrics={}, period=Duration.minutes(minutes))


def _of_stores(data: DataStack) -> list[cloudwatch.IWidget]:
    read = [table.metric_consumed_read_capacity_units(period=_MINUTES) for table in data.tables.values()]
    written = [table.metric_consumed_write_capacity_units(period=_MINUTES) for table in data.tables.values()]
    widgets = [_graph("Tables, read units", read), _graph("Tables, written units", written)]
    if data.database:
        instance = data.database.instance
        widgets += [
            _graph("Database CPU, %", [instance.metric_cpu_utilization(period=_MINUTES)]),
            _graph("Database connections", [instance.metric_database_connections(period=_MINUTES)]),
        ]
    return widgets


def _of_workers(workers: WorkerService) -> list[cloudwatch.IWidget]:
    name, service = workers.queue.name, workers.service
    used = [service.metric_cpu_utilization(period=_MINUTES), service.metric_memory_utilization(period=_MINUTES)]
    return [_graph(f"{name}: backlog, jobs a worker", [workers.backlog]), _graph(f"{name}: CPU and memory, %", used)]


def _graph(title: str, metrics: Sequence[cloudwatch.IMetric]) -> cloudwatch.IWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=8)
