"""Use cases of scans for their owner. What reads chains is in `carry.py`: handlers never load it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from premium.chains.addresses import checksum
from premium.chains.model import Chain
from premium.chains.registry import Registry
from premium.errors import InvalidInput
from premium.jobs.model import JobRecord
from premium.jobs.service import JobService
from premium.security.jobs import SCAN_CONTRACT, ScanContractPayload
from premium.security.store import ScanRow, ScanStore

if TYPE_CHECKING:
    from premium.bootstrap import Platform


@dataclass(frozen=True, kw_only=True)
class Scans:
    store: ScanStore
    jobs: JobService

    @classmethod
    def of(cls, platform: Platform) -> Scans:
        return cls(store=ScanStore(platform.database), jobs=platform.jobs)

    def start_contract(
        self,
        user_id: UUID,
        registry: Registry,
        *,
        chain: str,
        address: str,
        request_id: str,
        idempotency_key: str | None = None,
    ) -> JobRecord:
        """The job that will scan; InvalidInput names chain or address."""
        try:
            payload = ScanContractPayload(chain=readable(registry, chain).name, address=checksum(address))
        except ValueError as error:
            raise InvalidInput("The address is not valid", details={"address": str(error)}) from None
        return self.jobs.start(
            SCAN_CONTRACT, payload, user_id=user_id, request_id=request_id, idempotency_key=idempotency_key
        )

    def get(self, user_id: UUID, scan_id: UUID) -> ScanRow:
        return self.store.get(user_id, scan_id)

    def page(self, user_id: UUID, limit: int, after: tuple[datetime, UUID] | None) -> list[ScanRow]:
        return self.store.page(user_id, limit, after)


def readable(registry: Registry, name: str) -> Chain:
    """The chain of this short name; InvalidInput where it is unknown or has no node."""
    for chain in registry.active:
        if chain.name == name:
            return chain
    raise InvalidInput(
        "The chain is not read here", details={"chain": f"{name!r} is not the name of a chain that is read"}
    )
