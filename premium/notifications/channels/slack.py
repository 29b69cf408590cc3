"""Messages to Slack by a user's incoming webhook.

They are blocks of plain text, in which nothing is markup.
"""

from __future__ import annotations

from typing import Any

import httpx

from premium.neighbours import CircuitBreaker, Refused
from premium.notifications.channels import limits
from premium.notifications.channels.adapter import Way
from premium.notifications.destinations import slack_path
from premium.notifications.model import Delivery
from premium.plaintext import line, within_utf16

_TITLE_UNITS, _BLOCK_UNITS = 150, 3_000
"""What Slack takes in a header, and in a section."""


class SlackMessages:
    """Posts to incoming webhooks; `base` is Slack's address, whatever host a destination names."""

    def __init__(self, client: httpx.AsyncClient, base: str) -> None:
        self._client = client
        self._base = base.rstrip("/")

    def way(self, delivery: Delivery) -> Way:
        """A lane for each webhook: Slack limits them, to about a message a second."""
        return Way(f"slack {delivery.destination}", "slack", at_once=1)

    async def send(self, delivery: Delivery, breaker: CircuitBreaker) -> None:
        """Send the message."""
        path = slack_path(delivery.destination)
        if path is None:
            raise Refused("the destination is no incoming webhook of Slack")
        slack = limits.neighbour("Slack", self._client, breaker)
        answer = await slack.request("POST", f"{self._base}{path}", json=slack_request(delivery))
        if answer.is_redirect:
            raise Refused(f"Slack answered {answer.status_code}")


def slack_request(delivery: Delivery) -> dict[str, Any]:
    """Return the body of an incoming webhook.

    `text` is what notifications show, in which `&`, `<` and `>` are escaped: no mention and no link is made of it.
    """
    title, text = within_utf16(line(delivery.title), _TITLE_UNITS), within_utf16(delivery.text, _BLOCK_UNITS)
    shown = f"{title}: {within_utf16(delivery.text, 300)}"
    for character, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        shown = shown.replace(character, escaped)
    section = [{"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}}] if text else []
    return {
        "text": shown,
        "blocks": [{"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}}, *section],
        "unfurl_links": False,
        "unfurl_media": False,
    }
