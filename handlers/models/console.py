"""What a browser tells of a page's speed."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from handlers.runtime import Body, View
from premium.console.service import Measured, Page, Vital


class VitalBody(Body):
    """One of a page view's vitals."""

    name: Vital
    """Largest paint, first paint, first byte, interaction to next paint, or layout shift."""
    value: float = Field(ge=0, le=600_000, description="Milliseconds; of `CLS` the shift itself", examples=[812.5])


class VitalsBody(Body):
    """What a browser measured of one page view; nothing says whose."""

    page: Page
    """The console's page, `other` for one without a name."""
    vitals: list[VitalBody] = Field(min_length=1, max_length=5, description="Each vital once")

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({one.name for one in self.vitals}) < len(self.vitals):
            raise ValueError("vitals: each is told once")
        return self

    def measured(self) -> list[Measured]:
        """Return them as the product takes them."""
        return [Measured(one.name, one.value) for one in self.vitals]


class VitalsView(View):
    """What was taken."""

    taken: int = Field(description="So many vitals", examples=[3])
