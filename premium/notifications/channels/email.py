"""Emails by Amazon SES (API v2) or SendGrid (v3 mail send).

The text as it is, and the same text escaped as HTML.
"""

from __future__ import annotations

import asyncio
import html
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from premium.errors import UpstreamUnavailable
from premium.neighbours import CircuitBreaker, Limit, Refused, Throttled
from premium.notifications.channels import limits
from premium.notifications.channels.adapter import Way
from premium.notifications.model import Delivery
from premium.plaintext import line

DELIVERY_HEADER = "X-Premium-Delivery-Id"
_THREADS = 16
_FINAL = frozenset({"MessageRejected", "BadRequestException", "NotFoundException", "ValidationException"})
"""SES' errors that lie in the message; what lies in our account may be mended by an operator meanwhile."""

_LIMITS = frozenset({"TooManyRequestsException", "LimitExceededException", "ThrottlingException", "Throttling"})
"""Its rates and quotas, which are our account's."""
_A_DAYS_WAIT = 600.0
"""Between two tries while the quota of 24 hours, which slides, is used up."""


def html_of(text: str) -> str:
    """The text as a paragraph: nothing in it is markup."""
    return f'<p style="white-space: pre-wrap">{html.escape(text)}</p>'


def _way(provider: str, delivery: Delivery) -> Way:
    return Way(f"{provider} {delivery.user_id} {delivery.destination.lower()}", provider, at_once=2)


class SesClient(Protocol):
    """The one operation of boto3's `sesv2` that is used here."""

    def send_email(self, **request: Any) -> Any: ...


class SesEmails:
    """`client` is boto3's `sesv2`, which is safe to share between threads."""

    def __init__(self, client: SesClient, sender: str) -> None:
        self._client = client
        self._sender = sender
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="ses")

    def way(self, delivery: Delivery) -> Way:
        """A lane for each of a user's addresses."""
        return _way("ses", delivery)

    async def send(self, delivery: Delivery, breaker: CircuitBreaker) -> None:
        """Send the mail, in a thread."""
        breaker.admit()
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, self._send, delivery)
        except (Refused, Throttled):
            breaker.succeeded()
            raise
        except BaseException:
            breaker.failed()
            raise
        breaker.succeeded()

    def _send(self, delivery: Delivery) -> None:
        try:
            self._client.send_email(**ses_request(delivery, self._sender))
        except ClientError as error:
            said = error.response.get("Error", {})
            code = str(said.get("Code"))
            if code in _LIMITS:
                wait = _A_DAYS_WAIT if "daily" in str(said.get("Message")).lower() else None
                raise Throttled(f"the email provider answered {code}", Limit(wait, everywhere=True)) from error
            kind = Refused if code in _FINAL else UpstreamUnavailable
            raise kind(f"the email provider answered {code}") from error
        except BotoCoreError as error:
            raise UpstreamUnavailable(f"the email provider did not answer: {type(error).__name__}") from error


def ses_request(delivery: Delivery, sender: str) -> Any:
    """Arguments of SendEmail."""
    text = delivery.text
    return {
        "FromEmailAddress": sender,
        "Destination": {"ToAddresses": [delivery.destination]},
        "Content": {
            "Simple": {
                "Subject": {"Data": line(delivery.title), "Charset": "UTF-8"},
                "Body": {
                    "Text": {"Data": text, "Charset": "UTF-8"},
                    "Html": {"Data": html_of(text), "Charset": "UTF-8"},
                },
                "Headers": [{"Name": DELIVERY_HEADER, "Value": str(delivery.id)}],
            }
        },
    }


class SendGridEmails:
    """`base` is the API's address."""

    def __init__(self, client: httpx.AsyncClient, sender: str, key: str, base: str) -> None:
        self._client = client
        self._sender = sender
        self._key = key
        self._url = f"{base.rstrip('/')}/v3/mail/send"

    def way(self, delivery: Delivery) -> Way:
        """A lane for each of a user's addresses."""
        return _way("sendgrid", delivery)

    async def send(self, delivery: Delivery, breaker: CircuitBreaker) -> None:
        """Send the mail."""
        sendgrid = limits.neighbour("the email provider", self._client, breaker, limits.sendgrid)
        try:
            await sendgrid.request(
                "POST",
                self._url,
                json=sendgrid_request(delivery, self._sender),
                headers={"Authorization": f"Bearer {self._key}"},
            )
        except Refused as error:
            # Our own key or plan: an operator may mend it before the last repeat.
            if error.details.get("status") in (401, 402, 403):
                raise UpstreamUnavailable(error.message) from error
            raise


def sendgrid_request(delivery: Delivery, sender: str) -> dict[str, Any]:
    """Body of POST /v3/mail/send."""
    text = delivery.text
    return {
        "personalizations": [{"to": [{"email": delivery.destination}]}],
        "from": {"email": sender},
        "subject": line(delivery.title),
        "content": [{"type": "text/plain", "value": text}, {"type": "text/html", "value": html_of(text)}],
        "headers": {DELIVERY_HEADER: str(delivery.id)},
        "custom_args": {"delivery_id": str(delivery.id)},
    }
