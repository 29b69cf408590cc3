"""Declare the service of exchange rates."""

from __future__ import annotations

from pydantic import Field

from premium.manifest import Alarm, Command, Metric, Schedule, Service, ServiceSettings


class RateSettings(ServiceSettings):
    """Where exchange rates come from, and whose count."""

    exchange_rate_url: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="Folder with the European Central Bank's eurofxref-daily.xml, eurofxref-hist-90d.xml and"
        " eurofxref-hist.xml; without it the rates end with those that are shipped",
    )
    exchange_rate_sources: str = Field(
        default="stated,ecb",
        pattern=r"^[a-z][a-z0-9_-]{0,31}(,[a-z][a-z0-9_-]{0,31}){0,9}$",
        description="Whose rates are taken, the first that has both currencies: `ecb`, `stated` (of the price history),"
        " and the names given to `premium rates load`",
    )


SERVICE = Service(
    name="rates",
    title="Exchange rates of currencies",
    kinds=("rates.fetch",),
    schedules=(Schedule(name="rates.fetch", every=120, job="rates.fetch"),),
    settings=RateSettings,
    tables=("exchange_rates",),
    metrics=(
        Metric(name="RateAge", title="Days since the newest exchange rate", statistic="Maximum", minutes=1440),
        Metric(name="RatesRefused", title="Exchange rates that were refused as nonsense", minutes=1440),
    ),
    alarms=(
        Alarm(
            name="RatesOld",
            metric="RateAge",
            text="No exchange rate of the last six days is known",
            severity="warning",
            above=6,
            statistic="Maximum",
            minutes=180,
        ),
        Alarm(
            name="RatesRefused",
            metric="RatesRefused",
            text="A published exchange rate was refused, since it makes no sense beside the one before",
            severity="warning",
            above=0,
            minutes=180,
        ),
    ),
    commands=(Command(name="rates", text="Exchange rates of currencies: show, load, fetch."),),
)
