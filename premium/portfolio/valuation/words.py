"""The user's words about assets, which win over evidence and prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from premium.money import plain


class Override(BaseModel):
    """The user's word about an asset; None where he says nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    asset: str
    hidden: bool | None = None
    spam: bool | None = None
    category: str | None = None
    price_usd: Decimal | None = None

    @property
    def says_nothing(self) -> bool:
        """Whether nothing is left of it."""
        return (self.hidden, self.spam, self.category, self.price_usd) == (None,) * 4

    @property
    def told(self) -> dict[str, Any]:
        """Return it as `premium portfolio aggregate` takes it."""
        usd = None if self.price_usd is None else plain(self.price_usd)
        given = {"hidden": self.hidden, "spam": self.spam, "category": self.category, "usd": usd}
        return {name: value for name, value in given.items() if value is not None}
