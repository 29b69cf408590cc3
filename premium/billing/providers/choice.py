"""Pick the adapter of a provider, with the key that the stage gives it."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

from premium.billing.manifest import BillingSettings
from premium.billing.signatures.judge import Provider
from premium.errors import UpstreamUnavailable

if TYPE_CHECKING:
    from premium.billing.providers.port import PaymentProvider
    from premium.bootstrap import Platform


def provider_of(platform: Platform, provider: Provider) -> PaymentProvider:
    """Return a provider that can be asked.

    UpstreamUnavailable names the secret that is missing. Its library takes half a second to import: the first who
    asks in a process waits for it.
    """
    settings = platform.settings.of(BillingSettings)
    arns = {"stripe": settings.stripe_api_secret_arn, "paddle": settings.paddle_api_secret_arn}
    addresses = {"stripe": settings.stripe_api_url, "paddle": settings.paddle_api_url}
    variable, arn = f"{provider.upper()}_API_SECRET_ARN", arns[provider]
    if arn is None:
        raise UpstreamUnavailable(f"{variable} is not set: {provider} cannot be asked")
    key = platform.secrets.read(arn).get("value")
    if not key:
        raise UpstreamUnavailable(f"The secret of {variable} has no `value` yet: {provider} cannot be asked")
    origin = next(filter(None, platform.settings.cors_origins.split(",")), "http://localhost").strip()
    return _made(provider, key, addresses[provider], f"{origin}{settings.billing_page}")


@lru_cache(maxsize=8)
def _made(provider: Provider, key: str, address: str | None, page: str) -> PaymentProvider:
    adapter = import_module(f"premium.billing.providers.{provider}").Adapter
    made: PaymentProvider = adapter(key, address=address, page=page)
    return made
