"""Declare what is measured of the web console."""

from __future__ import annotations

from premium.manifest import Metric, Service

SERVICE = Service(
    name="console",
    title="The web console as browsers feel it",
    metrics=(
        Metric(name="ConsoleLargestPaint", title="Seconds to the largest paint, by page", statistic="p75"),
        Metric(name="ConsoleFirstPaint", title="Seconds to the first content, by page", statistic="p75"),
        Metric(name="ConsoleFirstByte", title="Seconds to the first byte, by page", statistic="p75"),
        Metric(name="ConsoleInteraction", title="Seconds from an input to the next paint, by page", statistic="p75"),
        Metric(name="ConsoleLayoutShift", title="How far the page moved by itself, by page", statistic="p75"),
    ),
)
