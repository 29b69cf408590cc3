"""Check at once whether every neighbour answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late

from premium.observability import logger

PATIENCE_SECONDS = 2.0
Check = Callable[[], object]


def ready(checks: Mapping[str, Check], *, patience: float = PATIENCE_SECONDS) -> Mapping[str, bool]:
    """Return which neighbours answered in time.

    A check that hangs is not waited for.
    """
    pool = ThreadPoolExecutor(max_workers=max(1, len(checks)))
    asked = {name: pool.submit(check) for name, check in checks.items()}
    try:
        return {name: _answered(name, answer, patience) for name, answer in asked.items()}
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _answered(name: str, answer: Future[object], patience: float) -> bool:
    try:
        answer.result(timeout=patience)
    except Late:
        logger.warning("a neighbour does not answer in time", neighbour=name)
        return False
    except Exception:
        logger.exception("a neighbour is down", neighbour=name)
        return False
    return True
