"""What the TimescaleDB host says of itself in its log, as metrics.

The host writes a line of JSON every five minutes (stacks/hosts/timescale/bin/measure); filters read it, so that it
needs no endpoint of CloudWatch's own. The metrics name no instance: they go on when it is replaced.
"""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.constructs.watch.metrics import BUSINESS, metric

HOST = f"{BUSINESS}/Timeseries"


@dataclass(frozen=True)
class Measure:
    """A figure of the host: its key in the line, and its metric's name."""

    key: str
    name: str

    @property
    def metric(self) -> cloudwatch.Metric:
        return metric(HOST, self.name, {}, statistic="Maximum")


UP = Measure("up", "Up")
CPU = Measure("cpu", "CpuPercent")
CONNECTIONS = Measure("connections", "ConnectionsPercent")
VOLUME = Measure("volume", "VolumePercent")
ARCHIVE = Measure("archive", "ArchiveWaitSeconds")
BACKUP = Measure("backup", "BackupAgeSeconds")
MEASURES = (UP, CPU, CONNECTIONS, VOLUME, ARCHIVE, BACKUP)
EVERY = Duration.minutes(5)


def read_measures(scope: Construct, group: logs.ILogGroup) -> None:
    """Make a metric of each figure that the host writes to its log group."""
    for measure in MEASURES:
        logs.MetricFilter(
            scope,
            f"{measure.name}Filter",
            log_group=group,
            filter_pattern=logs.FilterPattern.literal(f"{{ $.host.{measure.key} = * }}"),  # `exists` asks for a text
            metric_namespace=HOST,
            metric_name=measure.name,
            metric_value=f"$.host.{measure.key}",
        )
