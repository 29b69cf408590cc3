"""Ask Stripe, by its library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import stripe as library

from premium.billing.providers.calls import TIMEOUT, bounded
from premium.billing.providers.port import Invoice, OpenedCheckout, Preview, WantedCheckout
from premium.errors import NotFound, Unprocessable, UpstreamUnavailable
from premium.observability import logger

_OPEN_FOR = timedelta(hours=23)
"""Stripe takes a day at most, by its own clock."""
_REPEATS = 1
_NO_SUCH, _OVER = "resource_missing", "canceled"


class Adapter:
    """Stripe, under one key of its API."""

    def __init__(self, key: str, *, address: str | None, page: str) -> None:
        self._page = page
        self._client = library.StripeClient(
            key,
            base_addresses={"api": address} if address else None,
            http_client=library.RequestsClient(timeout=TIMEOUT),
            max_network_retries=_REPEATS,
        )

    def open_checkout(self, wanted: WantedCheckout, *, key: str) -> OpenedCheckout:
        """Make a checkout session."""
        metadata = {"user_id": wanted.user}
        asked: dict[str, Any] = {
            "mode": "subscription",
            "line_items": [{"price": wanted.price, "quantity": 1}],
            "client_reference_id": wanted.user,
            "metadata": metadata,
            "subscription_data": {"metadata": metadata},
            "success_url": f"{self._page}?checkout=done",
            "cancel_url": f"{self._page}?checkout=left",
            "expires_at": int((wanted.now + _OPEN_FOR).timestamp()),
        }
        if wanted.customer:
            asked["customer"] = wanted.customer
        with _asked():
            made = self._client.v1.checkout.sessions.create(cast("Any", asked), {"idempotency_key": key})
        if not made.url:
            raise UpstreamUnavailable("stripe opened a checkout without an address")
        return OpenedCheckout(id=made.id, url=made.url, expires_at=datetime.fromtimestamp(made.expires_at, UTC))

    def close_checkout(self, checkout: str) -> None:
        """Expire a checkout session."""
        try:
            with _asked():
                self._client.v1.checkout.sessions.expire(checkout)
        except (NotFound, Unprocessable):
            logger.info("a checkout was over before it was closed", provider="stripe")

    def subscription(self, name: str) -> Mapping[str, Any]:
        """Return a subscription as it is there."""
        with _asked():
            return _plain(self._client.v1.subscriptions.retrieve(name))

    def change(self, name: str, price: str, *, prorated: bool, key: str) -> Mapping[str, Any]:
        """Change the price of a subscription's first item; a payment that fails changes nothing."""
        asked = {
            "items": [{"id": self._item(name), "price": price}],
            "cancel_at_period_end": False,
            "proration_behavior": "always_invoice" if prorated else "none",
            "payment_behavior": "error_if_incomplete",
        }
        with _asked():
            return _plain(self._client.v1.subscriptions.update(name, cast("Any", asked), {"idempotency_key": key}))

    def preview(self, name: str, price: str) -> Preview:
        """Ask for the invoice that a prorated change would bring."""
        details = {"items": [{"id": self._item(name), "price": price}], "proration_behavior": "always_invoice"}
        with _asked():
            asked = {"subscription": name, "subscription_details": details}
            found = _plain(self._client.v1.invoices.create_preview(cast("Any", asked)))
            new = self._client.v1.prices.retrieve(price)
        lines = found["lines"]["data"]
        credit = -sum(line["amount"] for line in lines if line["amount"] < 0)
        return Preview(
            due_now=found["amount_due"], credit=credit, next=new.unit_amount or 0, currency=found["currency"]
        )

    def cancel(self, name: str, *, at_once: bool, key: str) -> Mapping[str, Any]:
        """End a subscription, at once or with its period."""
        found = self.subscription(name)
        if found.get("status") in (_OVER, "incomplete_expired") or (not at_once and found["cancel_at_period_end"]):
            return found
        with _asked():
            options: Any = {"idempotency_key": key}
            if at_once:
                return _plain(self._client.v1.subscriptions.cancel(name, {}, options))
            return _plain(self._client.v1.subscriptions.update(name, {"cancel_at_period_end": True}, options))

    def portal(self, customer: str, name: str) -> str:  # noqa: ARG002 - the port's signature
        """Make a session of the customer portal."""
        with _asked():
            asked = {"customer": customer, "return_url": self._page}
            return self._client.v1.billing_portal.sessions.create(cast("Any", asked)).url

    def invoices(self, name: str, *, limit: int) -> list[Invoice]:
        """Return a subscription's invoices, the newest first."""
        with _asked():
            found = self._client.v1.invoices.list({"subscription": name, "limit": limit})
            return [_invoice(_plain(each)) for each in found.data]

    def payment_link(self, name: str) -> str | None:
        """Return the page of the newest invoice that is open."""
        with _asked():
            found = self._client.v1.invoices.list({"subscription": name, "status": "open", "limit": 1}).data
        return found[0].hosted_invoice_url if found else None

    def _item(self, name: str) -> str:
        items = self.subscription(name)["items"]["data"]
        return str(items[0]["id"])


def _invoice(found: Mapping[str, Any]) -> Invoice:
    return Invoice(
        id=found["id"],
        number=found.get("number"),
        amount=found.get("total") or 0,
        currency=found["currency"],
        status=found.get("status") or "draft",
        period_start=_moment(found.get("period_start")),
        period_end=_moment(found.get("period_end")),
        url=found.get("hosted_invoice_url"),
    )


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _plain(found: library.StripeObject) -> dict[str, Any]:
    return found.to_dict()


@contextmanager
def _asked() -> Iterator[None]:
    """Translate what the library raises."""
    with bounded("stripe"):
        try:
            yield
        except library.CardError as error:
            raise Unprocessable.about("payment", f"stripe could not take it: {error.code}") from error
        except library.InvalidRequestError as error:
            if error.code == _NO_SUCH:
                raise NotFound("stripe does not know it") from error
            code = error.code or "no code"
            logger.warning("stripe refused a request", code=code, param=error.param)
            raise Unprocessable.about(error.param or "request", f"stripe refuses it: {code}") from error
        except library.IdempotencyError as error:
            raise Unprocessable.about("Idempotency-Key", "was used for something else") from error
        except (library.AuthenticationError, library.PermissionError) as error:
            raise UpstreamUnavailable("stripe refuses the key of STRIPE_API_SECRET_ARN") from error
        except library.StripeError as error:
            raise UpstreamUnavailable(f"stripe did not answer: {type(error).__name__}") from error
