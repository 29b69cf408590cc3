"""Declare the metering room."""

from __future__ import annotations

from pydantic import Field

from premium.manifest import Alarm, Metric, Place, Schedule, Service, ServiceSettings

_TIER = "(free|starter|pro|enterprise)"


class MeteringSettings(ServiceSettings):
    """What happens when a month's quota is used up."""

    quota_refused_tiers: str = Field(
        default="",
        pattern=rf"^({_TIER}(,{_TIER})*)?$",
        description="Tiers, comma-separated, whose users are refused (429) when the month's quota is used up, until it"
        " ends; the others are told alone",
    )


SERVICE = Service(
    name="metering",
    title="Requests counted by key and user",
    schedules=(
        Schedule(
            name="metering.drain",
            every=1,
            task="premium.metering.work.drain",
            needs=("redis", "usage", "worker_database"),
        ),
    ),
    tables=("usage_journal", "usage_looks"),
    settings=MeteringSettings,
    metrics=(
        Metric(name="UncountedRequests", title="Requests whose limit could not be counted"),
        Metric(name="DroppedRequests", title="Requests that no buffer had room to count"),
        Metric(name="LostUsage", title="Seconds of use that Redis lost, at most", statistic="Maximum"),
    ),
    alarms=(
        Alarm(
            name="MeteringBuffered",
            metric="UncountedRequests",
            text="Redis does not count: authorizers keep counts until it does",
            severity="warning",
            above=100,
        ),
        Alarm(
            name="LostUsage",
            metric="LostUsage",
            text="Redis lost counts of requests that were not written down yet",
            severity="warning",
            statistic="Maximum",
            above=0,
        ),
    ),
    places=(
        Place(
            store="premium",
            name="usage_journal",
            user="",
            erasure="expire",
            reason="counters by id, which are in their table within a minute",
            exported=False,
        ),
        Place(
            store="dynamodb",
            name="usage",
            reads="premium.metering.personal.counts",
            erases="premium.metering.personal.erase",
        ),
    ),
)
