"""Declare the billing service."""

from __future__ import annotations

from premium.manifest import Command, Service

SERVICE = Service(
    name="billing",
    title="Subscriptions, usage and limits",
    commands=(Command(name="billing", text="Judge webhooks, subscriptions, limits and quotas offline."),),
)
"""Subscriptions, and how much was used of what they allow."""
