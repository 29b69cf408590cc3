"""Send one e-mail at once, to somebody of whom no row says anything any more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

from premium.errors import UpstreamUnavailable
from premium.neighbours import CircuitBreaker, Refused, Throttled, open_client
from premium.notifications.channels.providers import adapters_of, providers_of
from premium.notifications.model import Delivery
from premium.observability import logger

if TYPE_CHECKING:
    from premium.bootstrap import Platform

_SECONDS = 30.0


def send(platform: Platform, *, message_id: UUID, to: str, title: str, text: str) -> bool:
    """Send an e-mail; tell whether it went out.

    False where the stage sends none, or the provider refuses the address for good.
    UpstreamUnavailable asks for another attempt: the provider is told the same id, but may send it twice.
    """
    return asyncio.run(_send(platform, _message(message_id, to, title, text)))


async def _send(platform: Platform, message: Delivery) -> bool:
    async with open_client() as client:
        # No webhook is called here, so nothing needs the guarded client.
        adapters = adapters_of(providers_of(platform), outside=client, guarded=client, loopback=False)
        if "email" not in adapters:
            logger.warning("this stage sends no e-mail; nobody is told", message_id=str(message.id))
            return False
        try:
            await asyncio.wait_for(adapters["email"].send(message, CircuitBreaker("mail")), _SECONDS)
        except Refused as error:
            logger.warning("the e-mail is refused for good", message_id=str(message.id), reason=error.message)
            return False
        except (Throttled, TimeoutError) as error:
            raise UpstreamUnavailable("the e-mail could not be sent just now") from error
    return True


def _message(message_id: UUID, to: str, title: str, text: str) -> Delivery:
    return Delivery(
        id=message_id,
        user_id=UUID(int=0),
        notice_id=message_id,
        kind="mail",
        key=str(message_id),
        title=title,
        text=text,
        data={},
        channel="email",
        destination=to,
        attempts=1,
        seconds_left=_SECONDS,
    )
