"""Declare the price room's table, setting and command."""

from __future__ import annotations

from pydantic import Field

from premium.manifest import Alarm, Command, Metric, Service, ServiceSettings


class PriceSettings(ServiceSettings):
    """Where prices come from."""

    price_api_url: str | None = Field(
        default=None,
        description="Price provider that speaks DefiLlama's coins API; without it only chains with a `dex` are priced."
        " `{key}` in it is replaced by the key of PRICE_API_SECRET",
    )
    price_api_secret: str | None = Field(
        default=None,
        description='Secret `{"key": "…"}` of the price provider, by name or ARN; a key that the URL does not ask for'
        " is sent as `Authorization: Bearer`",
    )
    coingecko_api_url: str | None = Field(
        default=None,
        description="A second price provider that speaks CoinGecko's API: sources that differ are disputed",
    )
    coingecko_api_secret: str | None = Field(
        default=None, description='Secret `{"key": "…"}` of that provider, by name or ARN, sent as `x-cg-pro-api-key`'
    )


SERVICE = Service(
    name="prices",
    title="What assets are and were worth",
    settings=PriceSettings,
    tables=("price_history",),
    metrics=(
        Metric(name="CircuitBreaker", title="Circuit breakers: 0 closed, 1 half-open, 2 open", statistic="Maximum"),
        Metric(name="PriceSourceSilent", title="Questions that a source of prices did not answer in time", minutes=5),
    ),
    alarms=(
        Alarm(
            name="PriceSourceSilent",
            metric="PriceSourceSilent",
            text="A source of prices does not answer: values rest on the others, or become uncertain",
            severity="warning",
            above=20,
            minutes=15,
        ),
    ),
    commands=(Command(name="prices", text="The price history: load what assets cost."),),
)
