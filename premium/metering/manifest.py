"""Declare the metering room."""

from __future__ import annotations

from premium.manifest import Metric, Place, Schedule, Service

SERVICE = Service(
    name="metering",
    title="Requests counted by key and user",
    schedules=(Schedule(name="metering.drain", every=1, task="premium.metering.work.drain", needs=("redis", "usage")),),
    metrics=(Metric(name="UncountedRequests", title="Requests whose limit could not be counted"),),
    places=(
        Place(
            store="dynamodb",
            name="usage",
            reads="premium.metering.personal.counts",
            erases="premium.metering.personal.erase",
        ),
    ),
)
