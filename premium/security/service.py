"""Use cases of scans, for the user who owns them; loads nothing that reads chains."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from premium.chains.addresses import checksum
from premium.chains.model import Chain
from premium.chains.registry import Registry
from premium.entitlements import quota_of
from premium.errors import InvalidInput
from premium.jobs.model import JobRecord
from premium.jobs.service import JobService
from premium.refusals import shown
from premium.security.jobs import SCAN_CONTRACT, ScanContractPayload
from premium.security.model import ScanRow
from premium.security.store import ScanStore
from premium.tiers import Tier

if TYPE_CHECKING:
    from premium.bootstrap import Platform


@dataclass(frozen=True, kw_only=True)
class Scans:
    """Contract scans of users."""

    store: ScanStore
    jobs: JobService

    @classmethod
    def of(cls, platform: Platform) -> Scans:
        """Return the scans of this process's platform."""
        return cls(store=ScanStore(platform.database), jobs=platform.jobs)

    def start_contract(
        self,
        user_id: UUID,
        tier: Tier,
        chains: Registry,
        *,
        chain: str,
        address: str,
        request_id: str,
        idempotency_key: str | None = None,
    ) -> JobRecord:
        """Start the job that scans a contract; InvalidInput names chain or address.

        RateLimited where the day's scans are used up.
        """
        name = readable_chain(chains, chain).name
        try:
            payload = ScanContractPayload(chain=name, address=checksum(address))
        except ValueError as error:
            raise InvalidInput.about("address", f"{error}; given {shown(address)}") from None
        return self.jobs.start(
            SCAN_CONTRACT,
            payload,
            user_id=user_id,
            request_id=request_id,
            idempotency_key=idempotency_key,
            quota=quota_of(tier, "scans_a_day"),
        )

    def get(self, user_id: UUID, scan_id: UUID) -> ScanRow:
        """Return a scan; NotFound for an unknown one and for another user's alike."""
        return self.store.get(user_id, scan_id)

    def page(self, user_id: UUID, limit: int, after: tuple[datetime, UUID] | None) -> list[ScanRow]:
        """Return up to `limit` scans, newest first, after the position."""
        return self.store.page(user_id, limit, after)


def readable_chain(chains: Registry, name: str) -> Chain:
    """Return the chain of this short name; InvalidInput where it is not read here."""
    if wrong := chains.unread(name, "evm"):
        raise InvalidInput.about("chain", wrong)
    return chains[name]
