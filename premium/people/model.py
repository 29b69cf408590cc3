"""What is kept of people beside their accounts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from premium.tiers import Tier

Role = Literal["admin", "support", "compliance", "finance"]
Purpose = Literal["terms", "privacy", "marketing", "product_news", "analytics"]
PURPOSES: tuple[Purpose, ...] = ("terms", "privacy", "marketing", "product_news", "analytics")
STAFF: Mapping[str, tuple[Role, ...]] = {
    "look": ("admin", "support", "compliance", "finance"),
    "restrict": ("admin", "compliance"),
    "log_out": ("admin", "support", "compliance"),
    "give_roles": ("admin",),
    "grant": ("admin",),
    "see_payments": ("admin", "support", "finance"),
    "replay_payments": ("admin", "finance"),
}
"""Which roles of staff may do what with users."""


class Row(BaseModel):
    """Base of rows: frozen, nothing extra."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Preferences(Row):
    """How a user wants the product."""

    language: str = "en"
    """BCP 47: `en`, `pt-BR`."""
    theme: Literal["dark", "light", "system"] = "dark"
    notifications_enabled: bool = True
    """Whether mail and push tell of what is no alert of his own."""
    trading_preferences: dict[str, Any] = {}
    """The console's own settings; at most 16 KiB of JSON."""
    updated_at: datetime | None = None
    """None: never changed."""


class Consent(Row):
    """What a user agreed to, and until when."""

    purpose: str
    version: str
    """Of the text that he was shown."""
    granted_at: datetime
    withdrawn_at: datetime | None


class Person(Row):
    """A user as staff sees him."""

    id: UUID
    external_id: str
    email: str | None
    wallet_address: str | None
    tier: Tier
    kyc_status: str
    is_restricted: bool
    is_switched_off: bool
    """An operator switched him off, which staff cannot undo."""
    roles: tuple[str, ...]
    last_active: datetime | None
    created_at: datetime
