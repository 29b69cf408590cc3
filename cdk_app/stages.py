"""StageConfig, and the stages local, dev, staging, prod: every number that differs between them."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from stacks.model import (
    Alerting,
    Domain,
    Existing,
    Fleet,
    Functions,
    Model,
    Postgres,
    Redis,
    Removal,
    StageName,
    Throttle,
    Timescale,
)

_LOCAL_ORIGINS = ("http://localhost:3000",)


class StageConfig(Model):
    """One stage, checked as a whole: a wrong value stops the synth with a sentence."""

    name: StageName
    account: str | None = Field(default=None, pattern=r"^\d{12}$")
    region: str = Field(default="us-east-1", pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")
    zones: tuple[str, ...] = ()
    nat_gateways: int = Field(default=0, ge=0, le=3)
    removal: Removal
    log_days: int = Field(default=7)
    origins: tuple[str, ...] = _LOCAL_ORIGINS
    postgres: Postgres | None = None
    timescale: Timescale | None = None
    redis: Redis | None = None
    fleet: Fleet | None = None
    functions: Functions = Functions()
    throttle: Throttle = Throttle()
    domain: Domain | None = None
    existing: Existing = Existing()
    alerting: Alerting = Alerting()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.log_days not in {7, 30, 365}:
            raise ValueError(f"log_days is {self.log_days}; CloudWatch keeps ours for 7, 30 or 365 days")
        if self.name != "local":
            self._complete()
        return self

    def _complete(self) -> None:
        missing = [name for name in ("postgres", "timescale", "redis", "fleet") if getattr(self, name) is None]
        if missing:
            raise ValueError(f"stage {self.name} says nothing about {', '.join(missing)}")
        if not 2 <= len(self.zones) <= 3:
            raise ValueError(f"stage {self.name} names {len(self.zones)} availability zones; two or three are needed")


LOCAL = StageConfig(name="local", removal="destroy")
STAGES: dict[str, StageConfig] = {"local": LOCAL}
