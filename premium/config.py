"""Read the settings of a process from its environment, once.

A wrong one stops the start with a sentence. What every process shares stands here; what one service alone reads, in
its manifest (`ServiceSettings`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from premium.manifest import ServiceSettings, services
from premium.refusals import reason_of

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

    premium_stage: Literal["local", "dev", "staging", "prod"] = Field(description="The stage that this process is of")
    aws_endpoint_url: str | None = Field(
        default=None, description="Where AWS is, when it is not AWS; boto3 reads it itself"
    )
    database_secret_arn: str | None = Field(
        default=None, description='Secret `{"host","port","dbname","username","password"}` of the premium database'
    )
    database_url: str | None = Field(
        default=None, description="The premium database on one machine, instead of the secret"
    )
    worker_database_secret_arn: str | None = Field(
        default=None, description="The premium database by the worker role, where one process has both roles"
    )
    worker_database_url: str | None = Field(default=None, description="The same on one machine")
    timeseries_secret_arn: str | None = Field(
        default=None, description="Secret of the time-series database, like DATABASE_SECRET_ARN"
    )
    timeseries_url: str | None = Field(default=None, description="The time-series database on one machine")
    redis_secret_arn: str | None = Field(default=None, description='Secret `{"host","port","password","tls"}` of Redis')
    redis_url: str | None = Field(default=None, description="Redis on one machine, without a database number")
    jwt_secret_arn: str | None = Field(
        default=None,
        description='Secret `{"algorithm","key","issuer","audience"}`: HS256 key, or RS256/ES256 public key in PEM',
    )
    origin_secret_arn: str | None = Field(
        default=None, description='Secret `{"value"}` that the edge sends as X-Origin-Secret; others are refused then'
    )
    cursor_secret_arn: str | None = Field(
        default=None, description='Secret `{"value"}` from which the authorizer derives the keys that sign cursors'
    )
    session_secret_arn: str | None = Field(
        default=None,
        description='Secret `{"value"}` from which the keys of sessions are made; `previous` is believed, too',
    )
    credential_secret_arn: str | None = Field(
        default=None,
        description='Secret `{"value"}` that encrypts what users prove themselves with; `previous` opens it, too',
    )
    jobs_table: str | None = Field(default=None, description="DynamoDB table of job records")
    idempotency_table: str | None = Field(default=None, description="DynamoDB table of remembered answers")
    usage_table: str | None = Field(default=None, description="DynamoDB table of counted requests")
    connections_table: str | None = Field(default=None, description="DynamoDB table of open WebSocket connections")
    audit_table: str | None = Field(default=None, description="DynamoDB table of audit entries")
    reports_bucket: str | None = Field(default=None, description="S3 bucket of reports")
    exports_bucket: str | None = Field(default=None, description="S3 bucket of exports and uploads")
    anchors_bucket: str | None = Field(default=None, description="S3 bucket of the audit trail's daily seals")
    websocket_endpoint: str | None = Field(default=None, description="Management endpoint of the WebSocket API")
    api_url: str | None = Field(default=None, description="Where clients reach the HTTP API; its reference names it")
    stream_url: str | None = Field(default=None, description="Where clients reach the WebSocket; the same")
    cors_origins: str = Field(default="", description="Origins, comma-separated, whose pages may call the API")
    rate_limit_when_down: Literal["open", "reads", "closed"] = Field(
        default="reads",
        description="What passes while Redis cannot count: all (open), what changes nothing (reads), nothing (closed)",
    )
    chains_file: str | None = Field(
        default=None, description="JSON of chain entries, a path or the document itself, over the shipped registry"
    )
    chain_nodes: str | None = Field(
        default=None,
        description='Secrets `{"url": "https://…"}` of a chain\'s nodes, instead of its entry\'s: '
        '`{"ethereum": ["<name>", …]}`; a stage sets it by `nodes` of its values',
    )
    premium_operator: str = Field(
        default="", max_length=300, description="Who started an operator's task, as he says; audit entries show it"
    )
    premium_operation: str = Field(
        default="",
        max_length=100,
        description="The `startedBy` of that task, by which CloudTrail proves who it was; audit entries show it",
    )
    job_lease_seconds: float = Field(
        default=15,
        ge=1,
        le=120,
        description="A running job whose worker has been silent for this long is abandoned; one value a stage",
    )

    @model_validator(mode="after")
    def _no_secrets_in_a_deployed_environment(self) -> Settings:
        if self.premium_stage != "local":
            for name in _TEST_ONLY_URLS:
                if getattr(self, name) is not None:
                    raise ValueError(f"{name.upper()} holds a secret and is for the stage local only; give its ARN")
            for model, name in _on_one_machine():
                if getattr(self.of(model), name):
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
            raise ConfigurationError(f"{name}: {reason_of(first)}" if name else reason_of(first)) from None
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


def table() -> list[tuple[str, str, str, str]]:
    """Return name, owner, default and meaning of every setting."""
    models: list[tuple[str, type[BaseModel]]] = [("all", Settings)]
    models += [(service.name, service.settings) for service in services() if service.settings is not None]
    return [
        (name.upper(), owner, "" if field.is_required() else _shown(field.default), field.description or "")
        for owner, model in models
        for name, field in model.model_fields.items()
    ]


def _shown(default: object) -> str:
    return "" if default in (None, "") else str(default)


def _models() -> list[type[ServiceSettings]]:
    return [service.settings for service in services() if service.settings is not None]


def _names() -> list[str]:
    return [*Settings.model_fields, *(name for model in _models() for name in model.model_fields)]


def _on_one_machine() -> list[tuple[type[ServiceSettings], str]]:
    """Settings that a deployed stage refuses, as their fields say."""
    fields = ((model, name, field) for model in _models() for name, field in model.model_fields.items())
    return [
        (model, name)
        for model, name, field in fields
        if isinstance(field.json_schema_extra, dict) and "local" in field.json_schema_extra
    ]
