"""What a stage is used for in a month, number by number."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

FOLDER = Path(__file__).parent / "usage"


class UsageError(Exception):
    """A usage file that cannot be read; the message names file, field and reason."""


class Usage(BaseModel):
    """A month of use; a number that is absent is 0."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    assumptions: tuple[str, ...] = ()
    users: int = Field(default=0, ge=0)
    requests: Decimal = Field(default=Decimal(0), ge=0)
    """Of the HTTP API; each passes CloudFront, the firewall, the authorizer and one function."""
    answer_kb: Decimal = Field(default=Decimal(0), ge=0)
    """Sent to the client for a request."""
    function_ms: Decimal = Field(default=Decimal(0), ge=0)
    """Billed for a request by its function, at 512 MiB."""
    authorizer_ms: Decimal = Field(default=Decimal(0), ge=0)
    other_invocations: Decimal = Field(default=Decimal(0), ge=0)
    """Of the clock, of queues, of uploads and of streams; 100 ms each."""
    log_bytes: Decimal = Field(default=Decimal(0), ge=0)
    """Of a request in all logs together."""
    other_logs_gb: Decimal = Field(default=Decimal(0), ge=0)
    """Of workers, the trail, the firewall, flows of the network."""
    logs_kept_gb: Decimal = Field(default=Decimal(0), ge=0)
    """Compressed, as they are kept."""
    stream_minutes: Decimal = Field(default=Decimal(0), ge=0)
    stream_messages: Decimal = Field(default=Decimal(0), ge=0)
    queue_requests: Decimal = Field(default=Decimal(0), ge=0)
    task_hours: dict[str, Decimal] = Field(default_factory=dict)
    """Hours of tasks beyond a class's least, by the class's name."""
    writes: Decimal = Field(default=Decimal(0), ge=0)
    """Units written to DynamoDB, those of indexes too."""
    reads: Decimal = Field(default=Decimal(0), ge=0)
    tables_gb: Decimal = Field(default=Decimal(0), ge=0)
    objects_gb: Decimal = Field(default=Decimal(0), ge=0)
    object_writes: Decimal = Field(default=Decimal(0), ge=0)
    object_reads: Decimal = Field(default=Decimal(0), ge=0)
    nat_gb: Decimal = Field(default=Decimal(0), ge=0)
    zones_gb: Decimal = Field(default=Decimal(0), ge=0)
    """Between zones: stores answer callers of other zones."""
    internet_gb: Decimal = Field(default=Decimal(0), ge=0)
    """Sent past CloudFront: to nodes, providers and webhooks."""
    endpoint_gb: Decimal = Field(default=Decimal(0), ge=0)
    traces: Decimal = Field(default=Decimal(0), ge=0)
    metrics: Decimal = Field(default=Decimal(0), ge=0)
    """Of our own, by name and dimensions."""
    secret_calls: Decimal = Field(default=Decimal(0), ge=0)
    key_calls: Decimal = Field(default=Decimal(0), ge=0)
    database_backup_gb: Decimal = Field(default=Decimal(0), ge=0)
    """Beyond the size of the database, which is free."""
    volume_backup_gb: Decimal = Field(default=Decimal(0), ge=0)
    images_gb: Decimal = Field(default=Decimal(0), ge=0)
    mails: Decimal = Field(default=Decimal(0), ge=0)
    notices: Decimal = Field(default=Decimal(0), ge=0)
    """Published to topics of operations."""


def usage_of(stage: str, path: Path | None = None) -> Usage:
    """Return the usage of a file, or the stage's own; UsageError says what is wrong."""
    file = path or FOLDER / f"{stage}.json"
    try:
        return Usage.model_validate(_parsed(file))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise UsageError(f"{file}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def _parsed(file: Path) -> Any:
    try:
        return json.loads(file.read_text(), parse_float=Decimal)
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} cannot be read: {error}") from None
