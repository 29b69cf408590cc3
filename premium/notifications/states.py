"""Tell operators how many deliveries wait, for how long, and what was given up."""

from __future__ import annotations

from collections.abc import Iterator

from premium.bootstrap import Platform
from premium.jobs.backlog import Waiting
from premium.jobs.state import State
from premium.notifications.store.operators import ChannelCount, OperatedDeliveries


def due_deliveries(platform: Platform) -> Waiting:
    """Count the deliveries that are due.

    Those that wait for their next attempt are none of the couriers' backlog.
    """
    found = OperatedDeliveries(platform.worker_database).due()
    return Waiting(queued=found["count"], oldest=found["oldest"])


def states(platform: Platform) -> list[State]:
    """Return the lines of deliveries, by channel."""
    counts = OperatedDeliveries(platform.worker_database).counts()
    return [line for each in counts for line in _of_channel(each)] or [State(what="deliveries", name="all", count=0)]


def _of_channel(each: ChannelCount) -> Iterator[State]:
    problem = f"{each.overdue} are due for over 30 s and in nobody's hand: do the couriers run?" if each.overdue else ""
    yield State(what="deliveries", name=each.channel, count=each.pending, oldest=each.oldest, rate=float(each.sent),
                problem=problem)  # fmt: skip
    if each.dead:
        # A user's own receiver that stays away is his to mend: it is told, and wakes nobody.
        yield State(what="dead letters", name=f"deliveries by {each.channel}", count=each.dead, oldest=each.oldest_dead,
                    said="given up within 24 hours: premium alerts deliveries list")  # fmt: skip
