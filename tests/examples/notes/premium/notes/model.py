"""Notes as they are stored."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Note(BaseModel):
    """A text of one user."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID
    text: str
    created_at: datetime
