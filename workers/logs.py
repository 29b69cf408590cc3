"""Write RQ's own messages in the platform's form.

One JSON object a line, and only those that tell of trouble.
"""

from __future__ import annotations

import logging

from premium.observability import logger


def adopt() -> None:
    """Take RQ's logger over.

    Called before RQ sets its handlers up: it adds none where one is found above `rq.worker`.

    RQ reports every search for dead jobs at INFO, every five seconds: that is our DEBUG.
    """
    rq = logging.getLogger("rq")
    rq.handlers = [logger.registered_handler]
    rq.propagate = False
    level = logging.INFO if logger.log_level <= logging.DEBUG else logging.WARNING
    for name in ("rq", "rq.worker", "rq.job", "rq.registry", "rq.queue", "rq.scheduler"):
        logging.getLogger(name).setLevel(level)
