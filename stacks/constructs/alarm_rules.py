"""What is watched, from which threshold, and how loudly (05-infrastructure): one function a part of the platform."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sqs as sqs

from stacks.api import ApiStack
from stacks.constructs.alarms import Alarms
from stacks.constructs.metrics import BUSINESS, metric
from stacks.data import DataStack
from stacks.model import Postgres
from stacks.timeseries import TimeseriesStack
from stacks.workers import WorkersStack

_MINUTES = Duration.minutes(5)


def of_api(alarms: Alarms, api: ApiStack) -> None:
    """Error share and latency of all requests, throttled functions, and canaries that were taken back."""
    http = api.http.api
    errors = cloudwatch.MathExpression(
        expression="100 * failed / MAX([calls, 1])",
        using_metrics={
            "failed": http.metric_server_error(statistic="Sum", period=_MINUTES),
            "calls": http.metric_count(statistic="Sum", period=_MINUTES),
        },
        period=_MINUTES,
        label="5xx, % of requests",
    )
    alarms.above("ApiErrors", errors, 5, "critical", "over 5 % of requests fail", periods=1)
    latency = http.metric_latency(statistic="p95", period=_MINUTES)
    alarms.above("ApiLatency", latency, 500, "warning", "p95 over 500 ms", periods=3)
    for name, function in api.functions.items():
        throttled = function.function.metric_throttles(statistic="Sum", period=_MINUTES)
        alarms.above(f"Throttled{name.title().replace('_', '')}", throttled, 0, "warning", f"{name} is throttled")
    for name, canary in api.canary_alarms.items():
        watched = canary.metric
        alarms.above(
            f"Canary{name.title().replace('_', '')}", watched, 0, "critical", f"{name}: its canary fails", periods=2
        )


def of_data(alarms: Alarms, data: DataStack, size: Postgres) -> None:
    """The premium database's processor, connections and disk; the cache's hits and memory; throttled tables."""
    if data.database:
        database = data.database.instance
        cpu = database.metric_cpu_utilization(period=_MINUTES)
        alarms.above("DatabaseCpu", cpu, 90, "critical", "database CPU over 90 %", periods=3)
        connections = database.metric_database_connections(period=_MINUTES, statistic="Maximum")
        limit = size.max_connections * 0.8
        alarms.above("DatabaseConnections", connections, limit, "warning", "over 80 % of the database's connections")
        free = database.metric_free_storage_space(period=_MINUTES, statistic="Minimum")
        alarms.below("DatabaseStorage", free, 5 * 1024**3, "critical", "under 5 GiB of the database's disk left")
    if data.redis:
        _of_redis(alarms, f"{data.redis.group.ref}-001")


def _of_redis(alarms: Alarms, node: str) -> None:
    by_node = {"CacheClusterId": node}
    hits = cloudwatch.MathExpression(
        expression="100 * hits / MAX([hits + misses, 1])",
        using_metrics={
            "hits": metric("AWS/ElastiCache", "CacheHits", by_node, statistic="Sum"),
            "misses": metric("AWS/ElastiCache", "CacheMisses", by_node, statistic="Sum"),
        },
        period=_MINUTES,
        label="cache hits, %",
    )
    alarms.below("CacheHits", hits, 80, "info", "under 80 % of the cache's reads hit", periods=6)
    memory = metric("AWS/ElastiCache", "DatabaseMemoryUsagePercentage", by_node, statistic="Maximum")
    alarms.above("CacheMemory", memory, 80, "critical", "Redis over 80 % full: at 100 % no job can be queued")
    cpu = metric("AWS/ElastiCache", "EngineCPUUtilization", by_node)
    alarms.above("CacheCpu", cpu, 90, "warning", "Redis' one thread is over 90 % busy", periods=3)


def of_timeseries(alarms: Alarms, timeseries: TimeseriesStack) -> None:
    """Our own instance: whether it answers and whether it works itself to death."""
    if timeseries.home is None:
        return
    by_instance = {"InstanceId": timeseries.home.instance.instance_id}
    status = metric("AWS/EC2", "StatusCheckFailed", by_instance, statistic="Maximum", minutes=1)
    alarms.above("TimeseriesDown", status, 0, "critical", "the TimescaleDB instance does not answer", periods=5)
    cpu = metric("AWS/EC2", "CPUUtilization", by_instance)
    alarms.above("TimeseriesCpu", cpu, 90, "critical", "TimescaleDB's CPU over 90 %", periods=3)


def of_queues(alarms: Alarms, queues: Mapping[str, tuple[sqs.IQueue | None, sqs.IQueue]]) -> None:
    """A queue that is not read in time, and anything at all in a dead-letter queue."""
    for name, (queue, dead_letters) in queues.items():
        if queue is not None:
            age = queue.metric_approximate_age_of_oldest_message(period=_MINUTES, statistic="Maximum")
            alarms.above(f"{name}Age", age, 300, "warning", f"{name}: a message waits for over 5 minutes")
        dead = dead_letters.metric_approximate_number_of_messages_visible(period=_MINUTES, statistic="Maximum")
        alarms.above(f"{name}DeadLetters", dead, 0, "critical", f"{name}: dead letters to look at")


def of_workers(alarms: Alarms, workers: WorkersStack) -> None:
    """Failed jobs, and a backlog that the fleet does not catch up with."""
    failed = cloudwatch.MathExpression(
        expression=f'SELECT SUM(JobsFailed) FROM "{BUSINESS}"',  # noqa: S608 - CloudWatch's own query language
        using_metrics={},
        period=_MINUTES,
        label="failed jobs",
    )
    alarms.above("FailedJobs", failed, 0, "warning", "jobs have failed for good: premium queues failed")
    for name, service in workers.services.items():
        text = f"{name}: over 100 jobs a worker for 15 minutes"
        alarms.above(f"Backlog{name.capitalize()}", service.backlog, 100, "warning", text, periods=15)
