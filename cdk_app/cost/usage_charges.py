"""What calls, bytes and jobs of a month are charged, item by item."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from cdk_app.cost.charges import Charge, Templates, of_tasks
from cdk_app.cost.usage import Usage, UsageError

_SIZE = Decimal(512) / 1024  # GiB of a function (StageConfig.functions.memory)
_OTHER_SECONDS = Decimal("0.1")
_KB, _MS, _GB = Decimal(1024**2), Decimal(1000), Decimal(10**9)


def used(usage: Usage, templates: Templates) -> list[Charge]:
    """Return the charges of a month's use."""
    plain = [Charge(key, quantity, "usage", name) for name, key, quantity in _items(usage) if quantity]
    return plain + list(_tasks(usage, templates))


def _items(of: Usage) -> Iterator[tuple[str, str, Decimal]]:
    """Yield (item, key, quantity)."""
    seconds = of.requests * (of.function_ms + of.authorizer_ms) / _MS + of.other_invocations * _OTHER_SECONDS
    yield "HTTP API, requests", "http.requests", of.requests
    yield "Firewall, requests", "waf.requests", of.requests
    yield "CloudFront, requests", "cloudfront.requests", of.requests
    yield "CloudFront, bytes", "cloudfront.gb", of.requests * of.answer_kb / _KB
    yield "Functions, calls", "lambda.requests", 2 * of.requests + of.other_invocations
    yield "Functions, time", "lambda.gb_second", seconds * _SIZE
    yield "Logs, written", "logs.gb", of.requests * of.log_bytes / _GB + of.other_logs_gb
    yield "Logs, kept", "logs.kept", of.logs_kept_gb
    yield "Streams, minutes", "socket.minutes", of.stream_minutes
    yield "Streams, messages", "socket.messages", of.stream_messages
    yield "Queues", "sqs.requests", of.queue_requests
    yield "Tables, writes", "dynamodb.writes", of.writes
    yield "Tables, reads", "dynamodb.reads", of.reads
    yield "Tables, kept", "dynamodb.gb", of.tables_gb
    yield "Tables, recovery to a point in time", "dynamodb.pitr", of.tables_gb
    yield "Objects, kept", "s3.gb", of.objects_gb
    yield "Objects, writes", "s3.writes", of.object_writes
    yield "Objects, reads", "s3.reads", of.object_reads
    yield "NAT, bytes", "nat.gb", of.nat_gb
    yield "Between zones", "zone.gb", of.zones_gb
    yield "To the internet", "internet.gb", of.internet_gb
    yield "Endpoints, bytes", "endpoint.gb", of.endpoint_gb
    yield "Traces", "xray.traces", of.traces
    yield "Metrics of our own", "metric.month", of.metrics
    yield "Secrets, calls", "secret.calls", of.secret_calls
    yield "Keys, calls", "kms.calls", of.key_calls
    yield "Database, backups", "rds.snapshot", of.database_backup_gb
    yield "Volumes, backups", "ebs.snapshot", of.volume_backup_gb
    yield "Images", "ecr.gb", of.images_gb
    yield "Mails", "ses.mails", of.mails
    yield "Topics", "sns.requests", of.notices


def _tasks(usage: Usage, templates: Templates) -> Iterator[Charge]:
    """Yield what the fleet does beyond its least."""
    services = {each.name.partition("Queue")[0].lower(): each for each in templates.every("AWS::ECS::Service")}
    for name, hours in usage.task_hours.items():
        if name not in services:
            raise UsageError(f"task_hours.{name}: the stage has no such class of workers")
        for key, quantity in of_tasks(services[name], templates, hours):
            yield Charge(key, quantity, "usage", f"Workers {name}, beyond the least")
