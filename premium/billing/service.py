"""The door of billing: what payment providers tell, and the subscriptions that follow from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from premium.accounts.service import agreed_requests, find_user, owner_of_key, standing_changed
from premium.billing.folded import settle
from premium.billing.intake import body_object, checked, provider_of, with_user
from premium.billing.jobs import APPLY, COMPARE, EventPayload
from premium.billing.manifest import BillingSettings
from premium.billing.model import Grant, NewEvent, Receipt, RevenueRow, SeenEvent, StoredEvent, Subscription
from premium.billing.signatures.judge import Provider
from premium.billing.store import SubscriptionStore, WebhookStore, grants
from premium.billing.store.outbox import tell
from premium.billing.store.revenue import RevenueStore
from premium.billing.turns import is_first
from premium.bootstrap import Platform
from premium.clock import rfc3339
from premium.entitlements import Entitlements, entitlements
from premium.errors import InvalidInput, NotFound, UpstreamUnavailable
from premium.jobs.model import SYSTEM, JobRecord, Moment
from premium.observability import count, logger
from premium.subjects import Subject
from premium.tiers import Tier

_LONGEST_GRANT = timedelta(days=5 * 366)


@dataclass(frozen=True, kw_only=True)
class Subscriptions:
    """What users pay for."""

    platform: Platform
    store: SubscriptionStore

    @classmethod
    def of(cls, platform: Platform) -> Subscriptions:
        """Return the use cases over the request's database."""
        return cls(platform=platform, store=SubscriptionStore(platform.database))

    def current(self, user_id: UUID) -> Subscription | None:
        """Return the subscription that counts for a user; None where he never had one."""
        return self.store.of_user(user_id)

    def entitlements(self, user_id: UUID, tier: Tier) -> Entitlements:
        """Return what a user's tier allows, with what was agreed with him."""
        return entitlements(tier, agreed_requests(self.platform, user_id))


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


def end_subscriptions_of(platform: Platform, subject: Subject) -> int:
    """End all that an erased user still pays for; return how many there were."""
    return end_subscriptions(platform, subject.user_id)


@dataclass(frozen=True, kw_only=True)
class Grants:
    """Tiers that administrators give, each with its end."""

    platform: Platform

    @classmethod
    def of(cls, platform: Platform) -> Grants:
        """Return the use cases over the request's database."""
        return cls(platform=platform)

    def give(self, user_id: UUID, tier: Tier, until: datetime, reason: str, *, by: UUID) -> Grant:
        """Give a user a tier until a moment, at once.

        InvalidInput for a moment that has passed or is years away; NotFound for nobody.
        """
        now = self.platform.clock.now()
        if not now < until <= now + _LONGEST_GRANT:
            raise InvalidInput.about("until", f"must be a moment to come, within {_LONGEST_GRANT.days} days")
        values = {"user": user_id, "tier": tier, "until": until, "reason": reason, "by": str(by)}
        with self.platform.database.as_user(user_id) as connection:
            if find_user(connection, str(user_id)) is None:
                raise NotFound(f"there is no user {user_id}")
            made = grants.add(connection, values)
            assert made is not None  # noqa: S101 - without a key nothing conflicts
            tell(connection, user_id, "tier.granted", {"tier": tier.value, "until": rfc3339(until), "by": str(by)})
            settle(connection, user_id, now)
        standing_changed(self.platform, user_id)
        return made


@dataclass(frozen=True, kw_only=True)
class Revenue:
    """What subscriptions bring, for operators."""

    store: RevenueStore

    @classmethod
    def of(cls, platform: Platform) -> Revenue:
        """Return the sums over all users, by the worker's role."""
        return cls(store=RevenueStore(platform.worker_database))

    def of_month(self, start: datetime, now: datetime) -> list[RevenueRow]:
        """Return recurring revenue and churn of a month, until its end or now."""
        following = (start + timedelta(days=32)).replace(day=1)
        return self.store.of_month(start, min(following, now))


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

    def take(
        self, provider: Provider | None, headers: Mapping[str, str], body: bytes, *, asked: Mapping[str, str]
    ) -> Receipt:
        """Store a signed event once, and have it applied.

        Names of headers are in lower case; `asked` (`request_id`, `address`, `user_agent`) is for its audit entry,
        which is written behind its application. PayloadTooLarge, or InvalidInput for what nobody signed;
        UpstreamUnavailable without a secret.
        """
        by = provider or provider_of(headers)
        event = self._checked(by, headers, body).model_copy(update={"asked": asked})
        added = self.store.add(event)
        # One that was there before has a job, or gets one: whoever stored it may have died.
        if not added or is_first(self.platform.redis(1)):
            self.apply(by, event.event_id, request_id=asked["request_id"])
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

    def compare(self, *, request_id: str) -> JobRecord:
        """Start the job that compares every live subscription with its provider."""
        return self.platform.jobs.start(
            COMPARE, Moment(at=self.platform.clock.now()), user_id=SYSTEM, request_id=request_id
        )

    def page(
        self, *, provider: str | None = None, kind: str | None = None, state: str | None = None, limit: int = 100
    ) -> list[StoredEvent]:
        """Return events, the newest first."""
        return self.store.page(provider, kind, state, limit)

    def seen(
        self, *, named: tuple[str | None, str | None, str | None], before: tuple[datetime, UUID] | None, limit: int
    ) -> list[SeenEvent]:
        """Return events as staff sees them, the newest first.

        `named`: provider, type and state; what is None does not matter.
        """
        return self.store.found(named, before, limit)

    def replay_one(self, event: UUID, *, request_id: str) -> tuple[Provider, str]:
        """Have one event applied again, for staff; NotFound for none."""
        found = self.store.reopen_one(event)
        if found is None:
            raise NotFound(f"there is no event {event}")
        self.apply(*found, request_id=request_id, again=True)
        return found

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
