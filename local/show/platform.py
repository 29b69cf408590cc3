"""A worker's platform of the stage, for what clock and operators do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from local import environment
from local.up import Stage
from premium.bootstrap import Platform
from premium.config import Settings


@contextmanager
def worker_platform(stage: Stage) -> Iterator[Platform]:
    """Yield a worker's platform of the stage, for what clock and operators do."""
    given = environment.worker_environment(stage.places, stage.clients)
    before = dict(os.environ)
    os.environ.update(given)
    try:
        platform = Platform(Settings.from_environment(os.environ))
        yield platform
        platform.close()
    finally:
        os.environ.clear()
        os.environ.update(before)
