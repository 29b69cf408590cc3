"""Read the settings of a process from its environment, once.

A wrong one stops the start with a sentence. What every process shares stands here; what one service alone reads, in
its manifest (`ServiceSettings`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from premium.manifest import ServiceSettings, services

Own = TypeVar("Own", bound=ServiceSettings)
_TEST_ONLY_URLS = ("database_url", "worker_database_url", "timeseries_url", "redis_url")


class ConfigurationError(Exception):
    """The environment does not say what this process needs.

    The message names the variable and the remedy.
    """


class Settings(BaseModel):
    """Values by the name of their environment variable in lower case; docs/settings.md has the table.

    Values of single services are kept beside the fields, and read by `of(TheirSettings)`.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

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
    websocket_endpoint: str | None = None
    cors_origins: str = ""
    rate_limit_when_down: Literal["open", "closed"] = "open"
    origin_secret_arn: str | None = None
    chains_file: str | None = None
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
            for name in _on_one_machine():
                if (self.model_extra or {}).get(name):
                    raise ValueError(f"{name.upper()} is for the stage local only")
        return self

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """ConfigurationError names the first wrong variable; empty variables count as absent."""
        values = {name: environ[name.upper()] for name in _names() if environ.get(name.upper())}
        try:
            settings = cls.model_validate(values)
            for model in _models():
                settings.of(model)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            name = ".".join(str(part) for part in first["loc"]).upper()
            raise ConfigurationError(f"{name}: {first['msg']}" if name else first["msg"]) from None
        return settings

    def of(self, model: type[Own]) -> Own:
        """Return the settings that one service declares."""
        given = self.model_extra or {}
        return model.model_validate({name: given[name] for name in model.model_fields if name in given})

    def require(self, name: str) -> str:
        """Return a value that this process cannot do without, its own or a service's."""
        value = self._value(name)
        if not value:
            raise ConfigurationError(f"{name.upper()} is not set; the stack's outputs give it (docs/operate.md)")
        return str(value)

    def _value(self, name: str) -> Any:
        if name in type(self).model_fields:
            return getattr(self, name)
        return (self.model_extra or {}).get(name)

    def secret_arn(self, store: str) -> str | None:
        """Return the ARN of a store's secret.

        `store` is `database`, `timeseries` or `redis`; None where the environment gives a URL instead.
        """
        arn = getattr(self, f"{store}_secret_arn")
        if arn or not getattr(self, f"{store}_url"):
            return self.require(f"{store}_secret_arn")
        return None


def field_of(secret: Mapping[str, str], name: str, arn: str) -> str:
    """Return a field that a secret must have.

    The error names the secret and quotes nothing of it.
    """
    if not secret.get(name):
        raise ConfigurationError(f"the secret {arn} has no field {name!r}")
    return secret[name]


def _models() -> list[type[ServiceSettings]]:
    return [service.settings for service in services() if service.settings is not None]


def _names() -> list[str]:
    return [*Settings.model_fields, *(name for model in _models() for name in model.model_fields)]


def _on_one_machine() -> list[str]:
    """Values that a deployed stage refuses, as their fields say."""
    fields = ((name, field) for model in _models() for name, field in model.model_fields.items())
    return [
        name
        for name, field in fields
        if isinstance(field.json_schema_extra, dict) and "local" in field.json_schema_extra
    ]
