"""The resident courier of the queue `notifications`.

`python -m workers.notifications` holds thousands of deliveries at once in one process, where a fork for each job could
not keep up and one slow destination would occupy a worker. SIGTERM finishes what is in hand.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys

from premium.bootstrap import platform
from premium.config import ConfigurationError
from premium.jobs.presence import present
from premium.notifications.work.courier import deliver_until
from premium.observability import logger
from workers import logs


async def reside() -> None:
    """Until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    logger.info("notifications are being delivered")
    with present(platform().redis(1), "notifications", f"{socket.gethostname()}-{os.getpid()}", lambda: "delivers"):
        await deliver_until(stop, platform())
    logger.info("notifications are delivered elsewhere from now on")


def main() -> None:
    logs.adopt()
    try:
        asyncio.run(reside())
    except ConfigurationError as error:
        sys.exit(f"the notifications do not start: {error}")


if __name__ == "__main__":
    main()
