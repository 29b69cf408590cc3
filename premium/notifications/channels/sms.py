"""Text messages by Twilio (`Messages.json`)."""

from __future__ import annotations

import httpx

from premium.errors import UpstreamUnavailable
from premium.neighbours import CircuitBreaker, Refused
from premium.notifications.channels import limits
from premium.notifications.channels.adapter import Way
from premium.notifications.model import Delivery
from premium.plaintext import within_utf16

MAX_UNITS = 480
"""Twilio takes 1,600; each 153 (67 beyond GSM's alphabet) are paid for as a message."""


class TextMessages:
    """Sends by Twilio.

    `sender` is a number, a name, or a messaging service (`MG…`); `base` the API's address.
    """

    def __init__(
        self, client: httpx.AsyncClient, *, account: str, key: str, secret: str, sender: str, base: str
    ) -> None:
        self._client = client
        self._auth = httpx.BasicAuth(key or account, secret)
        self._sender = sender
        self._url = f"{base.rstrip('/')}/2010-04-01/Accounts/{account}/Messages.json"

    def way(self, delivery: Delivery) -> Way:
        """A lane for each number."""
        return Way(f"sms {delivery.destination}", "sms", at_once=1)

    async def send(self, delivery: Delivery, breaker: CircuitBreaker) -> None:
        """Send the message.

        A repeat after no answer may be a second one: Twilio takes no key of ours.
        """
        twilio = limits.neighbour("the SMS provider", self._client, breaker, limits.by_account)
        try:
            await twilio.request("POST", self._url, data=sms_request(delivery, self._sender), auth=self._auth)
        except Refused as error:
            # Our own key or account: an operator may mend it meanwhile.
            if error.details.get("status") in (401, 403, 404):
                raise UpstreamUnavailable(error.message) from error
            raise


def sms_request(delivery: Delivery, sender: str) -> dict[str, str]:
    """Return the form of a message."""
    by = "MessagingServiceSid" if sender.startswith("MG") else "From"
    return {"To": delivery.destination, by: sender, "Body": within_utf16(delivery.text, MAX_UNITS)}
