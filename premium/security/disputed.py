"""Objections of users to findings, and what staff answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from premium.clock import Clock
from premium.errors import InvalidInput
from premium.security.model import DisputeRow
from premium.security.places import place_of
from premium.security.store.disputes import DisputeStore
from premium.security.store.scans import ScanStore

if TYPE_CHECKING:
    from premium.bootstrap import Platform
    from premium.chains.registry import Registry


@dataclass(frozen=True, kw_only=True)
class Disputes:
    """Disputes of findings."""

    store: DisputeStore
    scans: ScanStore
    chains: Registry
    clock: Clock

    @classmethod
    def of(cls, platform: Platform, *, by_operator: bool = False) -> Disputes:
        """Return the disputes over the stores of a function, or of an operator's command."""
        database = platform.worker_database if by_operator else platform.database
        return cls(
            store=DisputeStore(database), scans=ScanStore(database), chains=platform.chains, clock=platform.clock
        )

    def add(
        self, user_id: UUID, *, finding: str, text: str, scan_id: UUID | None, chain: str | None, target: str | None
    ) -> DisputeRow:
        """Add a dispute of a finding in a scan of one's own.

        Without a scan it is of a target.
        InvalidInput names the field, NotFound another's scan.
        """
        if (scan_id is None) == (target is None or chain is None):
            raise InvalidInput.about("scanId", "say either scanId, or chain and target")
        if scan_id is not None:
            scan = self.scans.get(user_id, scan_id)
            if finding not in {each.id for each in scan.findings}:
                raise InvalidInput.about("finding", f"the scan has no finding {finding}")
            where = {"chain": scan.chain, "target": scan.target}
        else:
            place = place_of(self.chains, chain or "", target or "")
            where = {"chain": place["chain"], "target": place["address"]}
        return self.store.add(user_id, scan_id=scan_id, finding=finding, text=text, **where)

    def page(self, user_id: UUID, limit: int, after: tuple[datetime, UUID] | None) -> list[DisputeRow]:
        """Return up to `limit` disputes of a user, newest first, after the position."""
        return self.store.page(user_id, limit, after)

    def waiting(self) -> list[dict[str, Any]]:
        """Return open disputes of all users, the oldest first; for operators."""
        return self.store.open()

    def answer(
        self, dispute_id: UUID, *, by: str, reason: str, evidence: str | None = None, until: datetime | None = None
    ) -> DisputeRow:
        """Answer a dispute: with `until` and evidence the finding is withdrawn, else upheld; for operators.

        InvalidInput where one of the two is missing, NotFound and Conflict as the store says.
        """
        now = self.clock.now()
        if (evidence is None) != (until is None):
            raise InvalidInput.about("evidence", "a withdrawal has evidence and an end; what is upheld has neither")
        if until is not None and until <= now:
            raise InvalidInput.about("until", "lies in the past")
        return self.store.answer(dispute_id, by=by, reason=reason, now=now, evidence=evidence, until=until)
