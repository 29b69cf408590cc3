"""The body of the job that makes an address's score anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from premium.bootstrap import Platform
from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.security.jobs import SCORE, ScorePayload
from premium.security.model import Finding, ScoreRow
from premium.security.report.score import factors
from premium.security.scores import FRESH
from premium.security.store.scores import ScoreStore
from premium.security.work.judge import Judged, judge


@job(SCORE)
def score(context: JobContext, payload: ScorePayload) -> Mapping[str, Any]:
    """Score one address, unless somebody has done so within a quarter of an hour."""
    row = renewed(context.platform, payload.chain, payload.address, older_than=FRESH, anew=payload.anew)
    return {"risk_score": row.risk_score, "verdict": row.verdict, "address": row.address}


def renewed(platform: Platform, chain: str, address: str, *, older_than: timedelta, anew: bool = False) -> ScoreRow:
    """Return a score that is younger, made where there is none.

    `anew`: made in any case, of nothing that is kept.
    """
    store, now = ScoreStore(platform.worker_database), platform.clock.now()
    kept = store.get(chain, address)
    if not anew and kept is not None and now - kept.updated_at < older_than:
        return kept
    return keep_score(platform, chain, address, judge(platform, chain, address, anew=anew))


def keep_score(platform: Platform, chain: str, address: str, made: Judged) -> ScoreRow:
    """Keep the score of what was judged, and return it."""
    found = [Finding.model_validate(each) for each in made.told["findings"]]
    parts = [{"id": each.id, "points": each.points} for each in factors(found)]
    row = ScoreRow(
        chain=chain, address=address, risk_score=made.told["risk_score"], verdict=made.told["verdict"],
        risk_factors=parts, block_number=made.block, updated_at=platform.clock.now(),
    )  # fmt: skip
    ScoreStore(platform.worker_database).set(row, made.reads_digest, made.code_hash)
    return row
