"""Describe the user whose data are exported or erased, for whoever keeps some of them."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Subject(BaseModel):
    """A user, and what finds his data where no row says his id."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user_id: UUID
    wallets: tuple[str, ...] = ()
    """Addresses that he logs in with."""
    keys: tuple[UUID, ...] = ()
    """Ids of his API keys, revoked ones too."""
    rules: tuple[UUID, ...] = ()
    """Ids of his alert rules."""
    addresses: tuple[str, ...] = ()
    """Where his notices go: e-mail addresses, chats, webhooks."""
