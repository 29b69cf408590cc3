"""Notifications: the job that the queue `notifications` names, and the resident consumer of that queue.

`python -m workers.notifications` holds thousands of deliveries at once in one process, where a fork for each job could
not keep up and one slow destination would occupy a worker. SIGTERM finishes what is in hand.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Sequence
from typing import Any

from premium.bootstrap import platform
from premium.config import ConfigurationError
from premium.execution.residence import Residence
from premium.jobs.presence import present
from premium.notifications.dispatch import WAKES
from premium.notifications.running import run_batch, run_until
from premium.observability import logger
from workers import logs


def deliver(wakes: Sequence[dict[str, Any]]) -> None:
    """What RQ calls in workers that fork for each job."""
    asyncio.run(run_batch(platform(), WAKES.validate_python(wakes)))


async def serve(residence: Residence) -> None:
    """Deliver notifications until asked to stop."""
    residence.say("delivers")
    await run_until(residence.stop.event(), residence.platform)


async def reside() -> None:
    """Until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    logger.info("notifications are being delivered")
    with present(platform().redis(1), "notifications", f"{socket.gethostname()}-{os.getpid()}", lambda: "delivers"):
        await run_until(stop, platform())
    logger.info("notifications are delivered elsewhere from now on")


def main() -> None:
    logs.adopt()
    try:
        asyncio.run(reside())
    except ConfigurationError as error:
        sys.exit(f"the notifications do not start: {error}")


if __name__ == "__main__":
    main()
