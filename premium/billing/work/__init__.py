"""Bodies of billing's jobs: events, what follows from them, and what the clock brings."""

from premium.billing.work.events import apply, upkeep

__all__ = ["apply", "upkeep"]
