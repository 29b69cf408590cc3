"""Read and write webhooks, subscriptions and payments."""

from premium.billing.store.subscriptions import SubscriptionStore
from premium.billing.store.webhooks import WebhookStore

__all__ = ["SubscriptionStore", "WebhookStore"]
