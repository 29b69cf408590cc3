"""Which function answers which route, and what it needs: a new service is one entry here.

A need names an entry of `stacks.constructs.provision.Provisions`: its environment and its grant.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from premium.manifest import services
from stacks.model import Model

Need = Literal[
    "database", "timeseries", "redis", "jwt", "jobs", "idempotency", "usage", "connections",
    "audit", "reports", "exports", "events", "websocket", "backlog", "worker_database", "origin", "notifications",
    "free_replica", "event_sender",
]  # fmt: skip

_ANSWERS: tuple[Need, ...] = ("database", "redis", "idempotency", "audit")


class Function(Model):
    """One Lambda function, `handlers.<name>`; a consumer of events is `handlers.events.<name>`."""

    name: str = Field(pattern=r"^[a-z][a-z_]*$")
    needs: tuple[Need, ...]
    routes: tuple[str, ...] = ()
    timeout: int = Field(default=29, ge=1, le=900)
    hot: bool = False
    is_event: bool = False

    @property
    def module(self) -> str:
        return f"handlers.events.{self.name}" if self.is_event else f"handlers.{self.name}"


class Schedule(Model):
    """An EventBridge schedule that gives `detail` to the schedules function; rate in minutes."""

    name: str
    every: int = Field(ge=1, le=1440)
    task: str


AUTHORIZER = Function(name="authorizer", needs=("database", "redis", "jwt", "origin"), timeout=10, hot=True)

HTTP = (
    Function(
        name="meta",
        needs=("database", "timeseries", "redis", "jobs"),
        routes=("GET /v1/health", "GET /v1/health/ready", "GET /v1/openapi.json", "GET /v1/jobs/{id}", "$default"),
        hot=True,
    ),
    Function(
        name="accounts",
        needs=_ANSWERS,
        routes=(
            "GET /v1/users/profile",
            "PUT /v1/users/profile",
            "GET /v1/users/api-keys",
            "POST /v1/users/api-keys",
            "DELETE /v1/users/api-keys/{id}",
            "GET /v1/compliance/audit-log",
        ),
    ),
    Function(
        name="portfolio",
        needs=(*_ANSWERS, "timeseries", "jobs"),
        routes=(
            "GET /v1/portfolio",
            "GET /v1/portfolio/assets",
            "GET /v1/portfolio/chains",
            "GET /v1/portfolio/performance",
            "GET /v1/portfolio/history",
            "GET /v1/portfolio/wallets",
            "POST /v1/portfolio/wallets",
            "DELETE /v1/portfolio/wallets/{id}",
            "POST /v1/portfolio/refresh",
        ),
        hot=True,
    ),
    Function(
        name="tax",
        needs=(*_ANSWERS, "jobs", "reports", "exports"),
        routes=(
            "POST /v1/tax/reports",
            "GET /v1/tax/reports",
            "GET /v1/tax/reports/{id}",
            "GET /v1/tax/transactions",
            "POST /v1/tax/transactions/import",
            "POST /v1/tax/transactions/uploads",
            "POST /v1/tax/transactions/uploads/{id}/import",
            "POST /v1/tax/transactions/wallets",
            "GET /v1/tax/summary/{year}",
            "POST /v2/premium/tax/reports",
            "GET /v2/premium/tax/reports",
        ),
    ),
    Function(
        name="security",
        needs=(*_ANSWERS, "jobs"),
        routes=(
            "POST /v1/security/scan/contract",
            "GET /v1/security/scans",
            "GET /v1/security/scans/{id}",
        ),
    ),
    Function(
        name="alerts",
        needs=_ANSWERS,
        routes=(
            "POST /v1/alerts/rules",
            "GET /v1/alerts/rules",
            "GET /v1/alerts/rules/{id}",
            "PUT /v1/alerts/rules/{id}",
            "DELETE /v1/alerts/rules/{id}",
            "POST /v1/alerts/rules/{id}/test",
            "GET /v1/alerts/history",
            "GET /v1/alerts/destinations",
            "PUT /v1/alerts/destinations",
            "POST /v2/premium/alerts",
            "GET /v2/premium/alerts",
            "PUT /v2/premium/alerts/{id}",
            "DELETE /v2/premium/alerts/{id}",
        ),
        hot=True,
    ),
)

STREAM = Function(name="stream", needs=("database", "redis", "jwt", "connections", "websocket"), is_event=True)
ALERT_EVENTS = Function(name="alert_events", needs=("database", "redis", "events"), timeout=60, is_event=True)
UPLOADS = Function(name="uploads", needs=("redis", "jobs", "exports", "audit"), is_event=True)
SCHEDULES = Function(
    name="schedules",
    needs=("database", "redis", "jobs", "usage", "connections", "websocket", "backlog", "audit"),
    timeout=120,
    is_event=True,
)

SCHEDULED = tuple(
    Schedule(name="".join(part.capitalize() for part in each.name.split(".")), every=each.every, task=each.name)
    for service in services()
    for each in service.schedules
)

FUNCTIONS = (AUTHORIZER, *HTTP, STREAM, ALERT_EVENTS, UPLOADS, SCHEDULES)
