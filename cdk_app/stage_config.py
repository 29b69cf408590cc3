"""One stage's choices, checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from cdk_app.stage_place import check_placed
from premium.manifest import wrong_settings
from stacks.terms.classes import classes
from stacks.terms.functions import functions, shares
from stacks.terms.market_model import ExchangeRates, Market
from stacks.terms.model import (
    Alerting,
    Alerts,
    Domain,
    Existing,
    Fleet,
    Functions,
    Model,
    Network,
    Postgres,
    Redis,
    Removal,
    StageName,
    Throttle,
    Timescale,
)

_ON_AWS = ("postgres", "timescale", "redis", "fleet")
_POLLED = ("PRICE_API_URL", "PROTOCOL_API_URL")  # by the resident alerts.ticks
_POOL = 2  # connections a function instance or a worker process opens at most (premium.storage.postgres)
_RESERVED = 20  # for migrations, operators and RDS itself


class StageConfig(Model):
    """One stage, checked as a whole: a wrong value stops the synth with a sentence."""

    name: StageName
    account: str | None = Field(default=None, pattern=r"^\d{12}$")
    region: str = Field(default="us-east-1", pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")
    zones: tuple[str, ...] = ()
    nat_gateways: int = Field(default=0, ge=0, le=3)
    endpoint_zones: int = Field(default=0, ge=0, le=3)  # zones with interface endpoints; without any the NAT serves
    removal: Removal
    log_days: int = 7
    rotation_days: int | None = Field(default=None, ge=7, le=365)
    repository: str | None = Field(default=None, pattern=r"^[\w.-]+/[\w.-]+$")
    origins: tuple[str, ...] = ("http://localhost:3000",)
    rate_limit_when_down: Literal["open", "reads", "closed"] = "reads"
    """What passes while Redis cannot count requests: by default what changes nothing."""
    postgres: Postgres | None = None
    timescale: Timescale | None = None
    redis: Redis | None = None
    fleet: Fleet | None = None
    shell_access: bool = False
    """Operators may open a shell in the fleet's tasks (ECS Exec); their root can be written then."""
    alerts: Alerts = Alerts()
    functions: Functions = Functions()
    throttle: Throttle = Throttle()
    service_dashboards: bool = True  # $3 a month each; the three of the platform are free
    networks: tuple[Network, ...] = ()  # of customers who may call more often than any one address may
    domain: Domain | None = None
    existing: Existing = Existing()
    alerting: Alerting = Alerting()
    market: Market = Market()
    exchange_rates: ExchangeRates = ExchangeRates()
    settings: dict[str, str] = Field(default_factory=dict)
    """Values of services' own settings, by the names of their variables: `premium settings` lists them."""

    @model_validator(mode="before")
    @classmethod
    def _polled(cls, given: Any) -> Any:
        """Let a task poll always where a provider of prices or protocols is set."""
        settings, alerts = (given.get(name) for name in ("settings", "alerts"))
        if not isinstance(settings, dict) or not any(settings.get(name) for name in _POLLED):
            return given
        own = alerts.model_dump() if isinstance(alerts, Alerts) else alerts or {}
        return {**given, "alerts": {**own, "ticks": True}} if isinstance(own, dict) else given

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if wrong := wrong_settings(self.settings):
            raise ValueError(f"settings: {'; '.join(wrong)}")
        if twice := self.settings.keys() & self._from_fields().keys():
            raise ValueError(f"settings: {min(twice)} is set by a field of the stage already")
        if self.log_days not in {7, 30, 365}:
            raise ValueError(f"log_days is {self.log_days}; ours are kept for 7, 30 or 365 days")
        if unknown := sorted(self.functions.caps.keys() - {function.name for function in functions()}):
            raise ValueError(f"functions.caps names {', '.join(unknown)}: there is no such function")
        if self.name != "local":
            self._complete()
            check_placed(self)
            self._connected()
        return self

    def variables(self) -> dict[str, str]:
        """Return the settings that every process of the stage is given; none is secret."""
        return self.settings | self._from_fields()

    def _from_fields(self) -> dict[str, str]:
        # Workers write the pages' address into mails.
        made, rates = {"CORS_ORIGINS": ",".join(self.origins)}, self.exchange_rates
        if rates.sources != ExchangeRates().sources:
            made["EXCHANGE_RATE_SOURCES"] = ",".join(rates.sources)
        if self.market.prices:
            made["PRICE_API_URL"] = self.market.prices.url
        if self.market.coingecko:
            made["COINGECKO_API_URL"] = self.market.coingecko.url
        if rates.url:
            made["EXCHANGE_RATE_URL"] = rates.url
        return made

    def _complete(self) -> None:
        missing = [name for name in _ON_AWS if getattr(self, name) is None]
        if missing:
            raise ValueError(f"stage {self.name} says nothing about {', '.join(missing)}")
        if self.name == "prod" and self.removal != "retain":
            raise ValueError(f"stage prod would lose its data: removal is {self.removal!r} and must be 'retain'")

    def _connected(self) -> None:
        """Check that a stage without a proxy has enough database connections.

        Every function instance and worker process holds its own.
        """
        if self.postgres is None or self.postgres.proxy:
            return
        if self.functions.concurrency is None:
            raise ValueError(f"stage {self.name} has neither postgres.proxy nor functions.concurrency to bound it")
        needed = self.connections_needed()
        if needed > self.postgres.max_connections:
            raise ValueError(
                f"stage {self.name} may open {needed} connections, and its database accepts "
                f"{self.postgres.max_connections}: raise postgres.max_connections or set postgres.proxy"
            )

    def connections_needed(self) -> int:
        """Return how many database connections a stage needs without a proxy.

        It is the most that functions and workers hold at once, with a reserve.
        """
        instances = sum(self.reserved().values())
        fleet, least = self.fleet, {"alerts": self.alerts.tasks}
        workers = sum(each.tasks(fleet, least.get(each.name, 0)) * each.processes for each in classes()) if fleet else 0
        return (instances + workers) * _POOL + _RESERVED

    def reserved(self) -> Mapping[str, int]:
        """Return reserved concurrency by function: its share of connections, or its cap."""
        bounded = self.postgres is not None and not self.postgres.proxy
        return self.functions.caps | dict(shares(self.functions.concurrency if bounded else None))
