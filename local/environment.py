"""The environment of a process outside the emulator that works for the stage: the fleet, the `premium` command."""

from __future__ import annotations

from local import stacks
from local.aws import client_environment
from local.clients import Clients
from local.places import Places
from local.secret_values import secret_arns
from local.secrets import write_private

# Environment name by the name of the stack's output; docs/architecture.md has the meanings.
_OUTPUTS = {
    "JobsTable": "JOBS_TABLE",
    "IdempotencyTable": "IDEMPOTENCY_TABLE",
    "UsageTable": "USAGE_TABLE",
    "ConnectionsTable": "CONNECTIONS_TABLE",
    "AuditTable": "AUDIT_TABLE",
    "ReportsBucket": "REPORTS_BUCKET",
    "ExportsBucket": "EXPORTS_BUCKET",
    "WebSocketManagementEndpoint": "WEBSOCKET_ENDPOINT",
    "EventsQueueUrl": "EVENTS_QUEUE_URL",
}
_SECRETS = {
    "DatabaseWorker": "DATABASE_SECRET_ARN",
    "TimeseriesWorker": "TIMESERIES_SECRET_ARN",
    "RedisAuth": "REDIS_SECRET_ARN",
    "Jwt": "JWT_SECRET_ARN",
}


def write(places: Places, clients: Clients) -> dict[str, str]:
    """The same in a file, for a worker in a container and for `docker compose`."""
    given = of_worker(places, clients)
    write_private(places.state / "worker.env", "".join(f"{name}={value}\n" for name, value in given.items()))
    return given


def of_worker(places: Places, clients: Clients) -> dict[str, str]:
    """As a task of the stage gets it: names and ARNs, no password."""
    given = stacks.outputs(places.outputs)
    arns = secret_arns(clients)
    return {
        **client_environment(clients.endpoint),
        "PREMIUM_STAGE": "local",
        "EVENT_SOURCES": "local",
        "CHAINS_FILE": str(places.chains),
        "WEBHOOKS_TO_LOOPBACK": "true",  # whoever tries them here listens on this machine
        **{variable: given[name] for name, variable in _OUTPUTS.items() if name in given},
        **{variable: arns[name] for name, variable in _SECRETS.items() if name in arns},
    }
