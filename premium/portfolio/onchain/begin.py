"""Starts back-fills of what lies before a portfolio's first snapshot.

Where a wallet was read on a chain for the first time, and on an operator's word.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from premium.errors import AppError
from premium.jobs.model import JobRecord
from premium.observability import logger
from premium.portfolio.flow_model import NewFlows, Openings
from premium.portfolio.jobs import BACKFILL, BackfillPayload

if TYPE_CHECKING:
    from premium.bootstrap import Platform
    from premium.portfolio.store import Stores

Pair = tuple[str, str]


def begin(
    platform: Platform, user_id: UUID, found: NewFlows, openings: Mapping[Pair, Openings], cause: UUID
) -> JobRecord | None:
    """Start a back-fill where a reading is the first of a wallet on a chain.

    The same one if this is repeated.

    `openings`: those before it. `cause`: the id of the reading's job.
    """
    if not found.openings.keys() - openings.keys():
        return None
    return _start(platform, user_id, BackfillPayload(), f"backfill-{cause}")


def begin_missed(platform: Platform, stores: Stores, user_id: UUID, cause: UUID) -> JobRecord | None:
    """Start the back-fill that a reading, killed on its way, did not start.

    The same one if it did. Its repeat finds the reading's openings kept, and cannot tell that they are new.
    """
    if not stores.backfills.unread(user_id):
        return None
    return _start(platform, user_id, BackfillPayload(), f"backfill-{cause}")


def go_on(platform: Platform, user_id: UUID, payload: BackfillPayload, cause: UUID) -> JobRecord | None:
    """Start the next step of a back-fill."""
    return _start(platform, user_id, payload, f"backfill-{cause}")


def ordered(platform: Platform, user_id: UUID, order: UUID) -> JobRecord:
    """Start a back-fill on an operator's word."""
    return platform.jobs.start(
        BACKFILL, BackfillPayload(), user_id=user_id, request_id=f"req_{order}", idempotency_key=f"backfill-{order}"
    )


def _start(platform: Platform, user_id: UUID, payload: BackfillPayload, key: str) -> JobRecord | None:
    try:
        return platform.jobs.start(BACKFILL, payload, user_id=user_id, request_id=f"req_{key}", idempotency_key=key)
    except AppError as error:
        logger.warning("what lies before is not rebuilt yet", code=error.code)
        return None
