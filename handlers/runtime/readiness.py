"""Check at once whether every neighbour answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from typing import Literal

from premium.observability import logger

PATIENCE_SECONDS = 2.0
Check = Callable[[], object]
State = Literal["ok", "slow", "down"]


def ready(checks: Mapping[str, Check], *, patience: float = PATIENCE_SECONDS) -> Mapping[str, State]:
    """Return how each neighbour is: it answered, not within `patience`, or it refused.

    A check that hangs is not waited for.
    """
    pool = ThreadPoolExecutor(max_workers=max(1, len(checks)))
    asked = {name: pool.submit(check) for name, check in checks.items()}
    try:
        return {name: _state(name, answer, patience) for name, answer in asked.items()}
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _state(name: str, answer: Future[object], patience: float) -> State:
    try:
        answer.result(timeout=patience)
    except Late:
        logger.warning("a neighbour does not answer in time", neighbour=name)
        return "slow"
    except Exception:
        logger.exception("a neighbour is down", neighbour=name)
        return "down"
    return "ok"
