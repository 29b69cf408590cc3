"""The sizes and choices a stage gives its stacks: frozen, bounded, one model a concern."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

StageName = Literal["local", "dev", "staging", "prod"]
Removal = Literal["destroy", "snapshot", "retain"]
Arn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d{0,12}:.+$")]
Host = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]{1,251}[a-z0-9])$")]
Network = Annotated[str, StringConstraints(pattern=r"^\d{1,3}(\.\d{1,3}){3}/(8|1[6-9]|2\d|3[0-2])$")]
Days = Annotated[int, Field(ge=1, le=3653)]
POSTGRES_VERSION = "16.13"
"""Of the premium database, on RDS."""


class Model(BaseModel):
    """A frozen model; a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Postgres(Model):
    """The premium database: RDS class without its `db.` prefix, sizes in GiB."""

    instance: str = Field(pattern=r"^[a-z0-9]+\.[a-z0-9]+$")
    multi_az: bool = False
    read_replica: bool = False
    proxy: bool = False
    storage: int = Field(default=50, ge=20, le=16384)
    max_storage: int = Field(default=200, ge=20, le=65536)
    max_connections: int = Field(ge=50, le=5000)
    deletion_protection: bool = False


class TimescaleExternal(Model):
    """TimescaleDB run by somebody else: its secrets and its network.

    Secrets are JSON as in docs/architecture.md.
    """

    app_secret: Arn
    worker_secret: Arn
    owner_secret: Arn
    cidr: str = Field(pattern=r"^\d{1,3}(\.\d{1,3}){3}/\d{1,2}$")
    port: int = Field(default=5432, ge=1, le=65535)


class Timescale(Model):
    """TimescaleDB: our own EC2 instance (sizes in GiB), or `external`.

    Its machine image is the one of the day `renewed`, unless `machine_image` names one. Without `running` there is no
    instance, only what must last: the first half of putting another in its place.
    """

    instance: str = Field(pattern=r"^[a-z0-9]+\.[a-z0-9]+$")
    storage: int = Field(default=50, ge=20, le=16384)
    snapshots: bool = False
    renewed: str = Field(default="2026-11-29", pattern=r"^\d{4}-\d{2}-\d{2}$")
    machine_image: str | None = Field(default=None, pattern=r"^ami-[0-9a-f]{8,17}$")
    running: bool = True
    external: TimescaleExternal | None = None


class Redis(Model):
    """ElastiCache node type without its `cache.` prefix; a replica brings failover."""

    node: str = Field(pattern=r"^[a-z0-9]+\.[a-z0-9]+$")
    replica: bool = False


class Fleet(Model):
    """The size of a Fargate task, and the tasks of a fleet.

    CPU units (1024 is a vCPU), MiB of memory. Tasks of the classes in `large` have twice the memory: they hold a
    shard's rules, or a whole history.
    """

    cpu: Literal[256, 512, 1024, 2048, 4096]
    memory: int = Field(ge=512, le=15360)
    large: tuple[str, ...] = ()
    minimum: int = Field(ge=0, le=20)
    maximum: int = Field(ge=1, le=100)
    total: int = Field(ge=1, le=200)


class Alerts(Model):
    """How matchers divide the events, and the chains whose nodes are read.

    A spare stands in for a matcher that dies. Whoever reads a chain is the only one who does: a lock decides.
    """

    shards: int = Field(default=1, ge=1, le=64)
    spares: int = Field(default=0, ge=0, le=20)
    sources: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")], ...] = ()

    ticks: bool = False
    """Prices and protocols that rules name are polled, for which a task always runs."""

    @property
    def tasks(self) -> int:
        """That always run: a source waits for no backlog, and a shard for no other."""
        return self.shards + self.spares if self.sources or self.ticks or self.shards > 1 else 0


class Functions(Model):
    """Sizes of Lambda functions: MiB of memory, warm instances, canary minutes.

    `concurrency`: instances that all functions with the database may have together, where no proxy stands before it.
    `caps`: instances that one function may have at most, by its name: what the clock or a queue calls must not take the
    account's concurrency from those who wait for an answer.
    """

    memory: int = Field(default=512, ge=128, le=10240)
    provisioned: int = Field(default=0, ge=0, le=500)
    canary_minutes: int = Field(default=5, ge=1, le=1440)
    concurrency: int | None = Field(default=None, ge=1, le=1000)
    caps: dict[str, Annotated[int, Field(ge=2, le=1000)]] = Field(default_factory=dict)


class Throttle(Model):
    """Requests a second over all callers, and the burst above them."""

    rate: int = Field(default=1000, ge=1, le=10000)
    burst: int = Field(default=2000, ge=1, le=5000)


class Domain(Model):
    """The name customers call; the certificate lives in us-east-1, the hosted zone in Route 53."""

    name: Host
    zone_id: str = Field(pattern=r"^Z[A-Z0-9]{5,32}$")
    zone_name: Host
    certificate: Arn


class Existing(Model):
    """What the free platform lends; each absent field is created instead."""

    vpc_id: str | None = Field(default=None, pattern=r"^vpc-[0-9a-f]{8,17}$")
    private_subnets: tuple[str, ...] = ()
    isolated_subnets: tuple[str, ...] = ()
    redis_secret: Arn | None = None
    redis_port: int = Field(default=6379, ge=1, le=65535)
    redis_security_group: str | None = Field(default=None, pattern=r"^sg-[0-9a-f]{8,17}$")
    events_queue: Arn | None = None
    http_api_id: str | None = Field(default=None, pattern=r"^[a-z0-9]{8,12}$")
    http_api_endpoint: str | None = Field(default=None, pattern=r"^https://[a-z0-9.-]+$")
    replica_secret: Arn | None = None
    replica_port: int = Field(default=5432, ge=1, le=65535)
    replica_security_group: str | None = Field(default=None, pattern=r"^sg-[0-9a-f]{8,17}$")


class Alerting(Model):
    """Where alarms go; an address or ARN that is absent is not subscribed.

    `cost_tag`: budget and weekly costs count what carries the tag `stage`, which an operator has activated as a cost
    allocation tag before; without it they count the account, which is the stage's own. `outside`: a health check asks
    the front door from three continents ($2.75 a month); the canary asks from inside in every stage.
    """

    emails: tuple[str, ...] = ()
    pagerduty_url: str | None = Field(default=None, pattern=r"^https://")
    slack_workspace: str | None = Field(default=None, pattern=r"^T[A-Z0-9]{6,}$")
    slack_channel: str | None = Field(default=None, pattern=r"^C[A-Z0-9]{6,}$")
    cost_tag: bool = False
    outside: bool = True
    monthly_budget: int = Field(default=100, ge=1, le=1_000_000)
