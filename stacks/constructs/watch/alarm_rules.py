"""Alarms of the platform and their thresholds, one function a part of it."""

from __future__ import annotations

from collections.abc import Iterable

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_rds as rds
from aws_cdk import aws_sqs as sqs

from stacks.constructs.fronts.http_front import HttpFront
from stacks.constructs.stores.redis import PremiumRedis
from stacks.constructs.tasks.worker_service import WorkerService
from stacks.constructs.timescale import host_measures
from stacks.constructs.watch.alarms import Alarms
from stacks.constructs.watch.metrics import metric

_MINUTES = Duration.minutes(5)


def of_api(alarms: Alarms, front: HttpFront) -> None:
    """Watch the share of errors and the latency of all requests."""
    http = front.api
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


def of_database(alarms: Alarms, database: rds.IDatabaseInstance, max_connections: int) -> None:
    """Watch processor, connections and disk of the premium database."""
    cpu = database.metric_cpu_utilization(period=_MINUTES)
    alarms.above("DatabaseCpu", cpu, 90, "critical", "database CPU over 90 %", periods=3)
    connections = database.metric_database_connections(period=_MINUTES, statistic="Maximum")
    limit = max_connections * 0.8
    alarms.above("DatabaseConnections", connections, limit, "warning", "over 80 % of the database's connections")
    free = database.metric_free_storage_space(period=_MINUTES, statistic="Minimum")
    alarms.below("DatabaseStorage", free, 5 * 1024**3, "critical", "under 5 GiB of the database's disk left")


def of_redis(alarms: Alarms, redis: PremiumRedis) -> None:
    """Watch hits, memory and processor of the first node."""
    by_node = {"CacheClusterId": f"{redis.group.ref}-001"}
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


def of_timeseries(alarms: Alarms) -> None:
    """Watch our own host by what it says of itself.

    Its silence is the gravest news.
    """
    up, cpu = host_measures.UP.metric, host_measures.CPU.metric
    text = "the TimescaleDB host is silent, or its server does not answer"
    alarms.below("TimeseriesDown", up, 1, "critical", text, periods=2, silence=True)
    alarms.above("TimeseriesCpu", cpu, 90, "critical", "TimescaleDB's CPU over 90 %", periods=3)
    connections = host_measures.CONNECTIONS.metric
    alarms.above("TimeseriesConnections", connections, 80, "warning", "over 80 % of TimescaleDB's connections")
    volume = host_measures.VOLUME.metric
    alarms.above("TimeseriesVolume", volume, 80, "critical", "TimescaleDB's volume over 80 % full")
    waits = host_measures.ARCHIVE.metric
    alarms.above("TimeseriesArchive", waits, 600, "critical", "TimescaleDB's WAL waits over 10 minutes for its archive")
    age, text = host_measures.BACKUP.metric, "TimescaleDB has no backup of the last 36 hours, or its archive is silent"
    alarms.above("TimeseriesBackup", age, 36 * 3600, "critical", text, periods=6, silence=True)


def of_queue(alarms: Alarms, name: str, queue: sqs.IQueue | None, dead_letters: sqs.IQueue) -> None:
    """Watch a queue's oldest message and its dead letters."""
    if queue is not None:
        age = queue.metric_approximate_age_of_oldest_message(period=_MINUTES, statistic="Maximum")
        alarms.above(f"{name}Age", age, 300, "warning", f"{name}: a message waits for over 5 minutes")
    dead = dead_letters.metric_approximate_number_of_messages_visible(period=_MINUTES, statistic="Maximum")
    alarms.above(f"{name}DeadLetters", dead, 0, "critical", f"{name}: dead letters to look at")


def of_workers(alarms: Alarms, workers: Iterable[WorkerService]) -> None:
    """Watch each class of workers for a backlog that only grows."""
    for each in workers:
        name = each.queue.name
        text = f"{name}: over 100 jobs a worker for 15 minutes"
        title = f"Backlog{name.capitalize()}"
        alarms.above(title, each.backlog, 100, "warning", text, periods=15, heading="Backlog")
