"""Messages to Discord by a user's webhook: an embed without markup, which mentions nobody."""

from __future__ import annotations

import re
from typing import Any

import httpx

from premium.neighbours import CircuitBreaker, Refused
from premium.notifications.channels import limits
from premium.notifications.channels.adapter import Way
from premium.notifications.destinations import discord_path
from premium.notifications.model import Delivery
from premium.plaintext import line, utf16, within_bytes

_TITLE_UNITS, _TEXT_UNITS = 256, 4_096
"""What Discord takes in an embed's title, and in its description."""
_MARKUP = re.compile(r"([\\*_~`|>#\[\]()<:@\-])")


class DiscordMessages:
    """Executes webhooks; `base` is Discord's address, whatever host a destination names."""

    def __init__(self, client: httpx.AsyncClient, base: str) -> None:
        self._client = client
        self._base = base.rstrip("/")

    def way(self, delivery: Delivery) -> Way:
        """A lane for each webhook, which is what Discord limits."""
        return Way(f"discord {delivery.destination}", "discord", at_once=1)

    async def send(self, delivery: Delivery, breaker: CircuitBreaker) -> float | None:
        """Send the message; its answer says when the webhook takes the next one."""
        path = discord_path(delivery.destination)
        if path is None:
            raise Refused("the destination is no webhook of Discord")
        discord = limits.neighbour("Discord", self._client, breaker, limits.discord)
        # Without `wait` it answers before it has tried.
        answer = await discord.request(
            "POST", f"{self._base}{path}", params={"wait": "true"}, json=discord_request(delivery)
        )
        if answer.is_redirect:
            raise Refused(f"Discord answered {answer.status_code}")
        return limits.discord_pause(answer)


def discord_request(delivery: Delivery) -> dict[str, Any]:
    """Return the body of Execute Webhook; markup is escaped, and no mention is allowed."""
    embed = {"title": _fitting(line(delivery.title), _TITLE_UNITS), "description": _fitting(delivery.text, _TEXT_UNITS)}
    return {"embeds": [embed], "allowed_mentions": {"parse": []}}


def _fitting(text: str, most: int) -> str:
    return _escaped(within_bytes(text, most, lambda one: utf16(_escaped(one))))


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)
