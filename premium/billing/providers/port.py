"""What a payment provider can be asked, in one form for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class WantedCheckout:
    """What somebody is about to buy."""

    user: str
    """Our id: the provider names it in all that it tells of the subscription."""
    price: str
    customer: str | None
    """Who he is there, where he bought before."""
    now: datetime


@dataclass(frozen=True, kw_only=True)
class OpenedCheckout:
    """A page of the provider's where somebody pays."""

    id: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a change costs, in minor units of one currency."""

    due_now: int
    credit: int
    """What is given back of the period that is paid for."""
    next: int
    """What the next period costs."""
    currency: str


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """A bill of the provider's; amounts are minor units."""

    id: str
    number: str | None
    amount: int
    currency: str
    status: str
    period_start: datetime | None
    period_end: datetime | None
    url: str | None


class PaymentProvider(Protocol):
    """Ask a payment provider.

    Whatever creates or changes something takes a key under which a repeat is the same.
    UpstreamUnavailable where it does not answer or refuses our key, Unprocessable where it refuses what is asked,
    NotFound for what it does not know. A subscription comes back as its own events show it.
    """

    def open_checkout(self, wanted: WantedCheckout, *, key: str) -> OpenedCheckout:
        """Make a page where somebody pays."""
        ...

    def close_checkout(self, checkout: str) -> None:
        """Take a page back that nobody paid; one that is over stays so."""
        ...

    def subscription(self, name: str) -> Mapping[str, Any]:
        """Return a subscription as it is there."""
        ...

    def change(self, name: str, price: str, *, prorated: bool, key: str) -> Mapping[str, Any]:
        """Have a subscription cost another price from now on.

        It goes on where it was to end. Where it is not prorated nothing is paid before the next period.
        """
        ...

    def preview(self, name: str, price: str) -> Preview:
        """Return what a prorated change would cost."""
        ...

    def cancel(self, name: str, *, at_once: bool, key: str) -> Mapping[str, Any]:
        """End a subscription, at once or with its period; one that has ended stays so."""
        ...

    def portal(self, customer: str, name: str) -> str:
        """Return the page where a customer looks after his means of payment."""
        ...

    def invoices(self, name: str, *, limit: int) -> list[Invoice]:
        """Return a subscription's bills, the newest first."""
        ...

    def payment_link(self, name: str) -> str | None:
        """Return the page where a debt is paid; None where nothing is owed."""
        ...
