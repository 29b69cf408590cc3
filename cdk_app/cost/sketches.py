"""The figures that were sketched before anything was built, and why ours differ."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sketch:
    """What was said of a stage, and the reasons for a difference."""

    said: str
    why: tuple[str, ...]


_NETWORK = (
    "No sketch has a NAT gateway (37 a month with its address), which is how private subnets reach nodes and AWS."
)
_SERIES = "No sketch has a TimescaleDB of its own: an instance, its volumes and their backups."
_CONTROLS = (
    "Keys of our own, a firewall, alarms, secrets and a health check from outside are in ours and in none of them."
)

SKETCHES = {
    "dev": Sketch(
        "$75",
        (
            "The sketch is one small database, one small cache and functions.",
            _NETWORK,
            _SERIES,
            _CONTROLS,
            "Endpoints, proxy, replicas, dashboards of services and tasks that wait are left out.",
        ),
    ),
    "staging": Sketch(
        "$200-300",
        (
            _NETWORK,
            _SERIES,
            "It rehearses prod: a proxy (22), two matchers and a courier that always run.",
            _CONTROLS,
        ),
    ),
    "prod": Sketch(
        '$490-750, $715-1,010, $1,295-1,960 (optimised) or $1,665-2,215; "$13-20 a user" is off by a thousand',
        (
            "Three NAT gateways, one a zone, and endpoints in two zones for the series' isolated subnet.",
            _SERIES,
            "The database is Multi-AZ with a proxy; its reader is gone, since nothing read from it.",
            "Requests are priced whole: gateway, firewall, CloudFront, two functions, logs and traces.",
            "Their totals divided by their users make 1.3 to 2 cents a user and month; so do ours.",
        ),
    ),
}
