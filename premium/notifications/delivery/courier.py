"""One attempt at a delivery: no failure of a destination gets further."""

from __future__ import annotations

from collections.abc import Mapping

from premium.errors import UpstreamUnavailable
from premium.neighbours import CircuitOpen, Refused
from premium.notifications.channels.adapter import Adapter
from premium.notifications.delivery.lanes import Full, Lanes
from premium.notifications.model import MAX_ATTEMPTS, Delivery, End, Outcome
from premium.observability import logger

_OUR_ERROR = "an error on our side; it has been recorded"


class Courier:
    """Attempts deliveries; `adapters` by channel are those that this stage has."""

    def __init__(self, adapters: Mapping[str, Adapter], lanes: Lanes) -> None:
        self._adapters = adapters
        self._lanes = lanes

    async def deliver(self, delivery: Delivery) -> Outcome:
        """Attempt a delivery; raises nothing but a cancellation."""
        adapter = self._adapters.get(delivery.channel)
        if adapter is None:
            return Outcome(delivery, End.FAILED, f"{delivery.channel} is not set up on this stage")
        if unsent := _unsent(delivery):
            return unsent
        try:
            return await self._attempt(adapter, delivery)
        except Full:
            return Outcome(delivery, End.PUT_OFF, "too many notifications wait for this destination")
        except Exception:
            logger.exception("a notification failed unexpectedly", delivery_id=str(delivery.id))
            return Outcome(delivery, End.RETRY, _OUR_ERROR)

    async def _attempt(self, adapter: Adapter, delivery: Delivery) -> Outcome:
        async with self._lanes.turn(adapter.way(delivery)) as breaker:
            try:
                await adapter.send(delivery, breaker)
            except CircuitOpen as error:
                return Outcome(delivery, End.RESTING, error.message)
            except Refused as error:
                return Outcome(delivery, End.FAILED, error.message)
            except UpstreamUnavailable as error:
                return Outcome(delivery, End.RETRY, error.message)
        return Outcome(delivery, End.SENT)


def _unsent(delivery: Delivery) -> Outcome | None:
    """The end of a delivery that is not to be tried, None of any other."""
    if delivery.refusal is not None:
        return Outcome(delivery, End.FAILED, delivery.refusal)
    if delivery.is_held_back:
        return Outcome(delivery, End.RESTING, _OUR_ERROR)
    if delivery.attempts > MAX_ATTEMPTS:
        return Outcome(delivery, End.RETRY, "every attempt ended without a word")
    return None
