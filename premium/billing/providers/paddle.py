"""Ask Paddle, by its library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import requests
from paddle_billing import Client, Options
from paddle_billing.Entities.Shared import CustomData, TransactionStatus
from paddle_billing.Entities.Subscriptions import (
    SubscriptionEffectiveFrom,
    SubscriptionOnPaymentFailure,
    SubscriptionProrationBillingMode,
)
from paddle_billing.Exceptions.ApiError import ApiError
from paddle_billing.Resources.CustomerPortalSessions.Operations import CreateCustomerPortalSession
from paddle_billing.Resources.Shared.Operations import Pager
from paddle_billing.Resources.Subscriptions.Operations import (
    CancelSubscription,
    PreviewUpdateSubscription,
    UpdateSubscription,
)
from paddle_billing.Resources.Subscriptions.Operations.Update import SubscriptionUpdateItem
from paddle_billing.Resources.Transactions.Operations import CreateTransaction, ListTransactions, UpdateTransaction
from paddle_billing.Resources.Transactions.Operations.Create import TransactionCreateItem

from premium.billing.providers.calls import TIMEOUT, bounded
from premium.billing.providers.port import Invoice, OpenedCheckout, Preview, WantedCheckout
from premium.billing.subscription.fields import instant
from premium.errors import NotFound, Unprocessable, UpstreamUnavailable
from premium.observability import logger

_OPEN_FOR = timedelta(days=1)
"""Paddle keeps a draft for ever; we forget ours after a day."""
_REPEATS = 1
"""Of reading alone, as the library has it: Paddle knows no idempotency keys."""
_MODES = SubscriptionProrationBillingMode


class _Address:
    """Where Paddle is: the library knows only its own two."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url


class Adapter:
    """Paddle, under one key of its API."""

    def __init__(self, key: str, *, address: str | None, page: str) -> None:
        options = Options()
        options.environment = cast("Any", _Address(address)) if address else options.environment
        self._page = page
        self._client = Client(key, options=options, retry_count=_REPEATS, timeout=TIMEOUT)

    def open_checkout(self, wanted: WantedCheckout, *, key: str) -> OpenedCheckout:  # noqa: ARG002 - Paddle takes none
        """Make a transaction that waits for its payment."""
        more = {"customer_id": wanted.customer} if wanted.customer else {}
        asked = CreateTransaction(
            items=[TransactionCreateItem(price_id=wanted.price, quantity=1)],
            custom_data=CustomData({"user_id": wanted.user}),
            **more,
        )
        with _asked():
            made = self._client.transactions.create(asked)
        if made.checkout is None or not made.checkout.url:
            raise UpstreamUnavailable("paddle opened a checkout without an address: it has no default payment link")
        return OpenedCheckout(id=made.id, url=made.checkout.url, expires_at=wanted.now + _OPEN_FOR)

    def close_checkout(self, checkout: str) -> None:
        """Cancel a transaction that nobody paid."""
        try:
            with _asked():
                self._client.transactions.update(checkout, UpdateTransaction(status=TransactionStatus.Canceled))
        except (NotFound, Unprocessable):
            logger.info("a checkout was over before it was closed", provider="paddle")

    def subscription(self, name: str) -> Mapping[str, Any]:
        """Return a subscription as it is there."""
        with _asked():
            self._client.subscriptions.get(name)
            return self._told()

    def change(self, name: str, price: str, *, prorated: bool, key: str) -> Mapping[str, Any]:  # noqa: ARG002
        """Change what a subscription buys; a payment that fails changes nothing."""
        asked = UpdateSubscription(
            items=[SubscriptionUpdateItem(price_id=price, quantity=1)],
            proration_billing_mode=_MODES.ProratedImmediately if prorated else _MODES.DoNotBill,
            on_payment_failure=SubscriptionOnPaymentFailure.PreventChange,
        )
        if self.subscription(name).get("scheduled_change"):
            with _asked():
                self._client.subscriptions.update(name, UpdateSubscription(scheduled_change=None))
        with _asked():
            self._client.subscriptions.update(name, asked)
            return self._told()

    def preview(self, name: str, price: str) -> Preview:
        """Ask what a prorated change would bring."""
        asked = PreviewUpdateSubscription(
            items=[SubscriptionUpdateItem(price_id=price, quantity=1)],
            proration_billing_mode=_MODES.ProratedImmediately,
        )
        with _asked():
            self._client.subscriptions.preview_update(name, asked)
            found = self._told()
        summary, due = found.get("update_summary") or {}, found.get("immediate_transaction") or {}
        return Preview(
            due_now=_amount(due, "details", "totals", "grand_total"),
            credit=abs(_amount(summary, "credit", "amount")),
            next=_amount(found, "recurring_transaction_details", "totals", "grand_total"),
            currency=str(found["currency_code"]).lower(),
        )

    def cancel(self, name: str, *, at_once: bool, key: str) -> Mapping[str, Any]:  # noqa: ARG002 - Paddle takes none
        """End a subscription, at once or with its period."""
        found = self.subscription(name)
        is_planned = (found.get("scheduled_change") or {}).get("action") == "cancel"
        if found.get("status") == "canceled" or (is_planned and not at_once):
            return found
        when = SubscriptionEffectiveFrom.Immediately if at_once else SubscriptionEffectiveFrom.NextBillingPeriod
        with _asked():
            self._client.subscriptions.cancel(name, CancelSubscription(effective_from=when))
            return self._told()

    def portal(self, customer: str, name: str) -> str:
        """Make a session of the customer portal."""
        with _asked():
            made = self._client.customer_portal_sessions.create(
                customer, CreateCustomerPortalSession(subscription_ids=[name])
            )
            return str(made.urls.general.overview)

    def invoices(self, name: str, *, limit: int) -> list[Invoice]:
        """Return a subscription's transactions, the newest first."""
        with _asked():
            asked = ListTransactions(subscription_ids=[name], pager=Pager(order_by="created_at[DESC]", per_page=limit))
            self._client.transactions.list(asked)
            return [_invoice(each) for each in self._client.transactions.response.json()["data"]]

    def payment_link(self, name: str) -> str | None:
        """Return the page where the means of payment are changed and the debt is paid."""
        with _asked():
            found = self._client.subscriptions.get_payment_method_change_transaction(name)
            return found.checkout.url if found.checkout else None

    def _told(self) -> dict[str, Any]:
        """Return the last answer as it came: in the form of the provider's events."""
        return cast("dict[str, Any]", self._client.subscriptions.response.json()["data"])


def _invoice(found: Mapping[str, Any]) -> Invoice:
    period = found.get("billing_period") or {}
    return Invoice(
        id=found["id"],
        number=found.get("invoice_number"),
        amount=_amount(found, "details", "totals", "grand_total"),
        currency=str(found["currency_code"]).lower(),
        status=found["status"],
        period_start=_moment(period.get("starts_at")),
        period_end=_moment(period.get("ends_at")),
        url=(found.get("checkout") or {}).get("url"),
    )


def _amount(found: Any, *path: str) -> int:
    for name in path:
        found = (found or {}).get(name)
    return int(found or 0)


def _moment(text: str | None) -> datetime | None:
    at = instant(text)
    return None if at is None else datetime.fromtimestamp(float(at), UTC)


@contextmanager
def _asked() -> Iterator[None]:
    """Translate what the library raises."""
    with bounded("paddle"):
        try:
            yield
        except ApiError as error:
            status = error.response.status_code
            if status == requests.codes.not_found:
                raise NotFound("paddle does not know it") from error
            if status in (requests.codes.unauthorized, requests.codes.forbidden):
                raise UpstreamUnavailable("paddle refuses the key of PADDLE_API_SECRET_ARN") from error
            if status == requests.codes.too_many_requests or status >= requests.codes.server_error:
                raise UpstreamUnavailable(f"paddle answered {status}") from error
            logger.warning("paddle refused a request", code=error.error_code)
            raise Unprocessable.about("request", f"paddle refuses it: {error.error_code}") from error
        except requests.RequestException as error:
            raise UpstreamUnavailable(f"paddle did not answer: {type(error).__name__}") from error
