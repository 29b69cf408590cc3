"""Use cases of scans, for the user who owns them; loads nothing that reads chains."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, cast
from uuid import UUID, uuid4

from premium.chains.registry import Registry
from premium.entitlements import quota_of
from premium.errors import RateLimited
from premium.jobs.model import JobKind, JobPayload, JobRecord
from premium.jobs.service import JobService
from premium.security.approvals import Approvals
from premium.security.disputed import Disputes
from premium.security.jobs import (
    SCAN_ADDRESS,
    SCAN_CONTRACT,
    SCAN_SOURCE,
    ScanAddressPayload,
    ScanContractPayload,
    ScanSourcePayload,
)
from premium.security.labelled import Labels
from premium.security.model import ScanFilter, ScanRow
from premium.security.places import Asked, place_of, readable_chain
from premium.security.scores import Scores
from premium.security.sources import GivenSource, SourceStore
from premium.security.store.scans import ScanStore

if TYPE_CHECKING:
    from premium.bootstrap import Platform
    from premium.storage.objects import Objects

__all__ = [
    "LINE",
    "Approvals",
    "Asked",
    "Checks",
    "Disputes",
    "Labels",
    "Scans",
    "Scores",
    "readable_chain",
]

LINE = "security"
"""The line of asks that the resident answers."""
CheckKind = Literal["transaction", "message"]
_COUNTS = 2
"""The Redis database of limits."""


@dataclass(frozen=True, kw_only=True)
class Scans:
    """Scans of users: jobs that make them, and what was kept."""

    store: ScanStore
    jobs: JobService
    chains: Registry
    bucket: Callable[[], Objects]
    """Where sources are kept; asked for by the one route that has some."""

    @classmethod
    def of(cls, platform: Platform) -> Scans:
        """Return the scans of this process's platform."""
        return cls(
            store=ScanStore(platform.database), jobs=platform.jobs, chains=platform.chains,
            bucket=lambda: platform.bucket("exports"),
        )  # fmt: skip

    def start_contract(
        self, by: Asked, *, chain: str, address: str, trade: bool = False, anew: bool = False,
        source: GivenSource | None = None,
    ) -> JobRecord:  # fmt: skip
        """Start the job that scans a contract.

        InvalidInput names chain, address or the part of the source that is wrong.
            `trade`: buy, move and sell the token in a simulation, too. `source`: judge it and hold it against the code.
        `anew`: explore it even where what is kept still stands.
            RateLimited where the day's scans are used up.
        """
        where = place_of(self.chains, chain, address)
        if source is not None:
            digest = SourceStore(self.bucket()).keep(by.user_id, source)
            return self._start(by, SCAN_SOURCE, ScanSourcePayload(**where, trade=trade, anew=anew, source=digest))
        return self._start(by, SCAN_CONTRACT, ScanContractPayload(**where, trade=trade, anew=anew))

    def start_address(self, by: Asked, *, chain: str, address: str) -> JobRecord:
        """Start the job that scans an address, contract or account; errors as for a contract."""
        where = place_of(self.chains, chain, address)
        return self._start(by, SCAN_ADDRESS, ScanAddressPayload(**where))

    def _start(self, by: Asked, kind: JobKind[Any], payload: JobPayload) -> JobRecord:
        return self.jobs.start(
            kind,
            payload,
            user_id=by.user_id,
            request_id=by.request_id,
            idempotency_key=by.idempotency_key,
            quota=quota_of(by.tier, "scans_a_day"),
        )

    def get(self, user_id: UUID, scan_id: UUID) -> ScanRow:
        """Return a scan; NotFound for an unknown one and for another user's alike."""
        return self.store.get(user_id, scan_id)

    def page(
        self, user_id: UUID, limit: int, after: tuple[datetime, UUID] | None, wanted: ScanFilter | None = None
    ) -> list[ScanRow]:
        """Return up to `limit` scans, newest first, after the position."""
        return self.store.page(user_id, limit, after, wanted)


@dataclass(frozen=True)
class Checks:
    """Transactions and messages judged while the caller waits."""

    platform: Platform

    @classmethod
    def of(cls, platform: Platform) -> Checks:
        """Return the checks of this process's platform."""
        return cls(platform)

    def check(self, by: Asked, kind: CheckKind, chain: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the resident's answer, kept as a scan.

        InvalidInput names the field, RateLimited where the day's are used up, UpstreamUnavailable without an answer
        in time. The same request and idempotency key make one scan.
        """
        from premium.asks.line import DATABASE  # noqa: PLC0415 - the other routes ask nobody
        from premium.asks.service import Asks  # noqa: PLC0415 - as above

        name = readable_chain(self.platform.chains, chain).name
        told = {"user_id": str(by.user_id), "kind": kind, "chain": name, "request": dict(request)}
        digest = _digest(told, by.idempotency_key or uuid4().hex)
        self._count(by)
        asks = Asks.over(self.platform.redis(DATABASE), LINE)
        return asks.ask({**told, "digest": digest}, ask_id=digest)

    def _count(self, by: Asked) -> None:
        quota, now = quota_of(by.tier, "checks_a_day"), self.platform.clock.now()
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        left = max(1, round((midnight - now).total_seconds()))
        name = f"checks:{by.user_id}"
        with self.platform.redis(_COUNTS).pipeline() as pipeline:
            pipeline.set(name, 0, ex=left, nx=True)
            pipeline.incr(name)
            used = int(pipeline.execute()[1])
        if used > quota.most:
            raise RateLimited(quota.refusal, retry_after=left, details=quota.details)


def checks_today(platform: Platform, user_id: UUID, name: str) -> int:  # noqa: ARG001 - as quotas are asked
    """Return how many transactions and messages a user had judged today; named by the manifest."""
    used = platform.redis(_COUNTS).get(f"checks:{user_id}")
    return int(cast("bytes", used)) if used is not None else 0


def _digest(told: Mapping[str, Any], key: str) -> str:
    text = json.dumps([told, key], sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
