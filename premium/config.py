"""What a process is told by its environment, read once and checked; a missing value stops the start with a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

_TEST_ONLY_URLS = ("database_url", "worker_database_url", "timeseries_url", "redis_url")


class ConfigurationError(Exception):
    """The environment does not say what this process needs; the message names the variable and the remedy."""


class Settings(BaseModel):
    """Every value by the name of its environment variable in lower case; docs/architecture.md has the table."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    premium_stage: Literal["local", "dev", "staging", "prod"]
    database_secret_arn: str | None = None
    database_url: str | None = None
    worker_database_secret_arn: str | None = None
    worker_database_url: str | None = None
    timeseries_secret_arn: str | None = None
    timeseries_url: str | None = None
    redis_secret_arn: str | None = None
    redis_url: str | None = None
    jwt_secret_arn: str | None = None
    jobs_table: str | None = None
    idempotency_table: str | None = None
    usage_table: str | None = None
    connections_table: str | None = None
    audit_table: str | None = None
    reports_bucket: str | None = None
    exports_bucket: str | None = None
    events_queue_url: str | None = None
    websocket_endpoint: str | None = None
    cors_origins: str = ""
    rate_limit_when_down: Literal["open", "closed"] = "open"
    origin_secret_arn: str | None = None
    chains_file: str | None = None
    price_api_url: str | None = None
    alert_shards: int = Field(default=1, ge=1, le=1024)
    """Matchers that divide the events among them; the same in every process of a stage."""
    alert_warm_shards: int = Field(default=2, ge=0, le=1024)
    """Shards whose rules a matcher that stands by keeps ready."""
    events_dead_letters: str | None = None
    event_sources: str = ""
    """Chains whose nodes we read ourselves, comma-separated; others' events come through the queue."""
    notifications_secret_arn: str | None = None
    webhooks_to_loopback: bool = False
    """Webhooks may reach this machine itself: for tests and the local stage."""
    job_lease_seconds: float = Field(default=15, ge=1, le=120)
    """A running job whose worker has been silent for this long is abandoned; the same in every process of a stage."""
    aws_endpoint_url: str | None = None
    """boto3 reads it itself; S3 paths depend on whether there is one."""

    @model_validator(mode="after")
    def _no_secrets_in_a_deployed_environment(self) -> Settings:
        if self.premium_stage != "local":
            for name in _TEST_ONLY_URLS:
                if getattr(self, name) is not None:
                    raise ValueError(f"{name.upper()} holds a secret and is for the stage local only; give its ARN")
            if self.webhooks_to_loopback:
                raise ValueError("WEBHOOKS_TO_LOOPBACK is for the stage local only")
        return self

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """ConfigurationError names the first wrong variable; empty variables count as absent."""
        values = {name: environ[name.upper()] for name in cls.model_fields if environ.get(name.upper())}
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            name = ".".join(str(part) for part in first["loc"]).upper()
            raise ConfigurationError(f"{name}: {first['msg']}" if name else first["msg"]) from None

    def require(self, name: str) -> str:
        """The value of a field that this process cannot do without."""
        value = getattr(self, name)
        if not value:
            raise ConfigurationError(f"{name.upper()} is not set; the stack's outputs give it (docs/operate.md)")
        return str(value)

    def secret_arn(self, store: str) -> str | None:
        """Of `database`, `timeseries`, `redis`: its secret's ARN, or None where the environment gives a URL instead."""
        arn = getattr(self, f"{store}_secret_arn")
        if arn or not getattr(self, f"{store}_url"):
            return self.require(f"{store}_secret_arn")
        return None


def field_of(secret: Mapping[str, str], name: str, arn: str) -> str:
    """A field that a secret must have; the error names the secret and quotes nothing of it."""
    if not secret.get(name):
        raise ConfigurationError(f"the secret {arn} has no field {name!r}")
    return secret[name]
