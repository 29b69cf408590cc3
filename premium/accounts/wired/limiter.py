"""The counter of requests and attempts, put together of a platform's parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from premium.bootstrap import Platform
    from premium.limits import Limiter

_LOCAL_PATIENCE = 0.5
"""On one machine everything shares two cores, and 50 ms can pass without anything being wrong."""


def limiter(platform: Platform) -> Limiter:
    """Return what counts requests and attempts, and refuses those beyond."""
    from premium.limits import PATIENCE_SECONDS, Limiter  # noqa: PLC0415 - Redis, which most who enter here need not
    from premium.metering.manifest import MeteringSettings  # noqa: PLC0415 - comes with it

    settings = platform.settings
    return Limiter(
        platform.redis(2),
        when_down=settings.rate_limit_when_down,
        patience=_LOCAL_PATIENCE if settings.premium_stage == "local" else PATIENCE_SECONDS,
        refused_tiers=settings.of(MeteringSettings).quota_refused_tiers.split(","),
    )
