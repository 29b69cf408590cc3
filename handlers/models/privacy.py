"""Requests and views of exports and erasures."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from handlers.runtime.models import Body, View
from premium.privacy.model import Erasure


class ErasureWish(Body):
    """A wish to have the account and its data erased."""

    confirm: Literal[True] = Field(description="`true`: what is erased comes back from nowhere", examples=[True])
    at_once: bool = False
    """Erase without the day in which it can be taken back."""


class ErasureView(View):
    """An erasure that was asked for."""

    id: UUID
    """Its number, also that of the receipt."""
    requested_at: datetime
    """The instant at which it was asked for."""
    due_at: datetime
    """From then on it cannot be taken back."""
    cancelled_at: datetime | None
    """The instant at which it was taken back; null where it was not."""

    @classmethod
    def of(cls, row: Erasure) -> ErasureView:
        """Return the view of a request."""
        return cls(id=row.id, requested_at=row.requested_at, due_at=row.due_at, cancelled_at=row.cancelled_at)


class ExportView(View):
    """A finished archive of all that is known of a user."""

    url: str = Field(description="Where it is fetched", examples=["https://exports.example/my-data.zip"])
    expires_at: datetime
    """The instant at which it is gone."""
    size: int = Field(description="Bytes of the ZIP file", examples=[48_211])
    sha256: str = Field(description="Of the ZIP file, in hex", examples=["9f86d081884c7d659a2feaa0c55ad015" * 2])
    rows: int = Field(description="Rows in all of its JSON files", examples=[1_204])
    files: int = Field(description="Files in it, but for the manifest", examples=[31])

    @classmethod
    def of(cls, result: dict[str, Any]) -> ExportView:
        """Return the view of a job's result."""
        return cls.model_validate(result)
