"""Declare the price room's table, setting and command."""

from __future__ import annotations

from pydantic import Field

from premium.manifest import Command, Metric, Service, ServiceSettings


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


SERVICE = Service(
    name="prices",
    title="What assets are and were worth",
    settings=PriceSettings,
    tables=("price_history",),
    metrics=(
        Metric(name="CircuitBreaker", title="Circuit breakers: 0 closed, 1 half-open, 2 open", statistic="Maximum"),
    ),
    commands=(Command(name="prices", text="The price history: load what assets cost."),),
)
