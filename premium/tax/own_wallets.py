"""The use case of reading a wallet of one's own; what a worker does is in `wallets`."""

from __future__ import annotations

from uuid import UUID

from premium.bootstrap import Platform
from premium.chains.addresses import checksum
from premium.errors import InvalidInput, NotFound
from premium.jobs.model import JobRecord
from premium.tax import wallet_store
from premium.tax.jobs import WALLET, WalletPayload


def start_wallet(
    at: Platform, user_id: UUID, payload: WalletPayload, *, request_id: str, idempotency_key: str | None
) -> JobRecord:
    """Read one of the user's own wallets from its chain; NotFound for an address that is not among them."""
    chains = {chain.name: chain for chain in at.chains.active}
    if payload.chain not in chains:
        raise InvalidInput("The chain is not read here", details={"chain": f"one of {', '.join(sorted(chains))}"})
    try:
        address = checksum(payload.address)
    except ValueError as error:
        raise InvalidInput("The address is not valid", details={"address": str(error)}) from None
    with at.database.as_user(user_id) as connection:
        if not wallet_store.is_watched(connection, user_id, address, payload.chain):
            raise NotFound(f"{address} is none of your wallets on {payload.chain}: POST /v1/portfolio/wallets adds it")
    payload = payload.model_copy(update={"address": address})
    return at.jobs.start(WALLET, payload, user_id=user_id, request_id=request_id, idempotency_key=idempotency_key)
