"""Messages by a Telegram bot (`sendMessage`), as escaped HTML."""

from __future__ import annotations

import html
from typing import Any

import httpx

from premium.errors import UpstreamUnavailable
from premium.neighbours import CircuitBreaker, Refused
from premium.notifications.channels import limits
from premium.notifications.channels.adapter import Way
from premium.notifications.model import Delivery
from premium.plaintext import utf16, within_utf16

_MAX_UNITS = 4_096


class TelegramMessages:
    """Sends by a bot; `base` is the API's address.

    The bot's token is part of every path, so no URL of ours is logged.
    """

    def __init__(self, client: httpx.AsyncClient, token: str, base: str) -> None:
        self._client = client
        self._url = f"{base.rstrip('/')}/bot{token}/sendMessage"

    def way(self, delivery: Delivery) -> Way:
        """A lane for each chat: Telegram limits chats, and takes their messages one after another."""
        return Way(f"telegram {delivery.destination.lower()}", "telegram", at_once=1)

    async def send(self, delivery: Delivery, breaker: CircuitBreaker) -> None:
        """Send the message."""
        telegram = limits.neighbour("Telegram", self._client, breaker, limits.telegram)
        try:
            await telegram.request("POST", self._url, json=telegram_request(delivery))
        except Refused as error:
            # 401, 404: the token is not a bot's, which is ours to mend.
            if error.details.get("status") in (401, 404):
                raise UpstreamUnavailable(error.message) from error
            raise


def telegram_request(delivery: Delivery) -> dict[str, Any]:
    """Return the body of sendMessage.

    `<b>` is ours, the rest is text. Telegram counts its 4,096 characters without markup, and astral ones twice.
    """
    title = html.escape(delivery.title, quote=False)
    text = html.escape(within_utf16(delivery.text, _MAX_UNITS - 1 - utf16(delivery.title)), quote=False)
    return {
        "chat_id": delivery.destination,
        "text": f"<b>{title}</b>\n{text}",
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }
