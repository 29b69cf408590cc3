"""Views of the billing routes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from handlers.runtime import View


class ReceiptView(View):
    """What a payment provider is told of an event that it sent."""

    provider: Literal["stripe", "paddle"] = Field(description="Who signed it", examples=["stripe"])
    event_id: str = Field(
        description="The event's id; of a signed body that is no event its digest",
        examples=["evt_1PqXyZ2eZvKYlo2C0aBcDeFg"],
    )
    known: bool
    """Whether it had come before; it counts once."""
