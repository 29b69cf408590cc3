"""Who asks about which address of which chain."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from premium.chains.addresses import checksum
from premium.chains.model import Chain
from premium.chains.registry import Registry
from premium.errors import InvalidInput
from premium.refusals import shown
from premium.tiers import Tier


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who starts something, and by which request."""

    user_id: UUID
    tier: Tier
    request_id: str
    idempotency_key: str | None = None


def readable_chain(chains: Registry, name: str) -> Chain:
    """Return the chain of this short name; InvalidInput where it is not read here."""
    if wrong := chains.unread(name, "evm"):
        raise InvalidInput.about("chain", wrong)
    return chains[name]


def place_of(chains: Registry, chain: str, address: str) -> dict[str, str]:
    """Return a chain that is read and a checksummed address; InvalidInput names which is wrong."""
    name = readable_chain(chains, chain).name
    try:
        return {"chain": name, "address": checksum(address)}
    except ValueError as error:
        raise InvalidInput.about("address", f"{error}; given {shown(address)}") from None
