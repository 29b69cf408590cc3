"""One attempt at a delivery: no failure of a destination gets further."""

from __future__ import annotations

from collections.abc import Mapping

from premium.errors import UpstreamUnavailable
from premium.neighbours import CircuitBreaker, CircuitOpen, Refused, Throttled
from premium.notifications.channels.adapter import Adapter, Full, Way
from premium.notifications.delivery.lanes import Held, Lanes
from premium.notifications.model import MAX_ATTEMPTS, Delivery, End, Outcome
from premium.observability import logger

LIMITED_SECONDS = 5.0
"""For which a destination is left alone that is over its limit and names no time."""
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
            way = adapter.way(delivery)
            async with self._lanes.turn(way, delivery.user_id) as breaker:
                return await self._attempt(adapter, delivery, way, breaker)
        except Full:
            return Outcome(delivery, End.PUT_OFF, "too many notifications wait for this destination")
        except Held as held:
            return Outcome(delivery, End.LIMITED, "the destination takes no more for now", held.wait)
        except Exception:
            logger.exception("a notification failed unexpectedly", delivery_id=str(delivery.id))
            return Outcome(delivery, End.RETRY, _OUR_ERROR)

    async def _attempt(self, adapter: Adapter, delivery: Delivery, way: Way, breaker: CircuitBreaker) -> Outcome:
        try:
            pause = await adapter.send(delivery, breaker)
        except CircuitOpen as error:
            return Outcome(delivery, End.RESTING, error.message)
        except Throttled as error:
            wait = LIMITED_SECONDS if error.wait is None else error.wait
            self._lanes.limited(way, delivery.user_id, error, wait)
            return Outcome(delivery, End.LIMITED, error.message, wait)
        except Refused as error:
            return Outcome(delivery, End.FAILED, error.message)
        except UpstreamUnavailable as error:
            return Outcome(delivery, End.RETRY, error.message)
        self._lanes.taken(way, pause)
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
