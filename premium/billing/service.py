"""The door of billing: what payment providers tell, and the subscriptions that follow from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from premium.accounts.service import owner_of_key
from premium.billing.intake import body_object, checked, provider_of, with_user
from premium.billing.jobs import APPLY, EventPayload
from premium.billing.manifest import BillingSettings
from premium.billing.model import NewEvent, Receipt, StoredEvent, Subscription
from premium.billing.signatures.judge import Provider
from premium.billing.store import SubscriptionStore, WebhookStore
from premium.bootstrap import Platform
from premium.errors import NotFound, UpstreamUnavailable
from premium.jobs.model import SYSTEM, JobRecord
from premium.observability import count, logger


@dataclass(frozen=True, kw_only=True)
class Subscriptions:
    """What users pay for."""

    store: SubscriptionStore

    @classmethod
    def of(cls, platform: Platform) -> Subscriptions:
        """Return the use cases over the request's database."""
        return cls(store=SubscriptionStore(platform.database))

    def current(self, user_id: UUID) -> Subscription | None:
        """Return the subscription that counts for a user; None where he never had one."""
        return self.store.of_user(user_id)


def end_subscriptions(platform: Platform, user_id: UUID) -> int:
    """End all that a user still pays for, at once.

    Returns how many there were. By the worker's role, for whoever erases the user: call it before his rows go.
    UpstreamUnavailable where a provider does not answer; again is harmless.
    """
    from premium.billing.providers.choice import provider_of  # noqa: PLC0415 - a provider's HTTP, which few need

    ended = SubscriptionStore(platform.worker_database).unended(user_id)
    for each in ended:
        name = each.provider_subscription_id
        try:
            provider_of(platform, each.provider).cancel(name, at_once=True, key=f"end:{name}")
        except NotFound:
            logger.warning("a provider does not know a subscription", provider=each.provider, subscription=name)
    return len(ended)


@dataclass(frozen=True, kw_only=True)
class Webhooks:
    """Events of payment providers: taken in, listed, applied again."""

    platform: Platform
    store: WebhookStore

    @classmethod
    def of(cls, platform: Platform) -> Webhooks:
        """Return the use cases of a process; a request's may only add events."""
        return cls(platform=platform, store=WebhookStore(platform.database))

    @classmethod
    def of_operator(cls, platform: Platform) -> Webhooks:
        """Return the use cases with the worker's rights."""
        return cls(platform=platform, store=WebhookStore(platform.worker_database))

    def take(self, provider: Provider | None, headers: Mapping[str, str], body: bytes, *, request_id: str) -> Receipt:
        """Store a signed event once, and have it applied.

        Names of headers are in lower case. PayloadTooLarge, or InvalidInput for what nobody signed; UpstreamUnavailable
        without a secret.
        """
        by = provider or provider_of(headers)
        event = self._checked(by, headers, body)
        added = self.store.add(event)
        self.apply(by, event.event_id, request_id=request_id)
        return Receipt(provider=by, event_id=event.event_id, known=not added)

    def apply(self, provider: Provider, event_id: str, *, request_id: str, again: bool = False) -> JobRecord:
        """Start the job that applies an event; `again` starts another one."""
        return self.platform.jobs.start(
            APPLY,
            EventPayload(provider=provider, event_id=event_id),
            user_id=SYSTEM,
            request_id=request_id,
            idempotency_key=f"{provider}:{uuid4() if again else ''}:{event_id}",
        )

    def page(
        self, *, provider: str | None = None, kind: str | None = None, state: str | None = None, limit: int = 100
    ) -> list[StoredEvent]:
        """Return events, the newest first."""
        return self.store.page(provider, kind, state, limit)

    def replay(self, provider: Provider, event_ids: Collection[str], *, request_id: str) -> list[str]:
        """Have events applied again; return those that are there."""
        found = self.store.reopen(provider, event_ids)
        for event_id in found:
            self.apply(provider, event_id, request_id=request_id, again=True)
        return found

    def _checked(self, provider: Provider, headers: Mapping[str, str], body: bytes) -> NewEvent:
        try:
            event = checked(provider, headers, body, self._secrets, self.platform.clock.now())
        except UpstreamUnavailable:
            raise
        except Exception:
            count("WebhooksRefused", provider=provider)
            raise
        return with_user(event, body_object(body), lambda key: owner_of_key(self.platform, key))

    def _secrets(self, provider: Provider, renewed: bool) -> Sequence[str]:
        """Return a provider's active secrets: two while one is rotated in."""
        settings = self.platform.settings.of(BillingSettings)
        arns = {"stripe": settings.stripe_webhook_secret_arn, "paddle": settings.paddle_webhook_secret_arn}
        arn = arns[provider]
        if arn is None:
            raise UpstreamUnavailable(f"{provider.upper()}_WEBHOOK_SECRET_ARN is not set: {provider} cannot be heard")
        fields = self.platform.secrets.renew(arn) if renewed else self.platform.secrets.read(arn)
        return [fields[name] for name in ("value", "previous") if fields.get(name)]
