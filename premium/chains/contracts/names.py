"""Look up the name that a wallet gives itself in ENS.

It is believed when the name gives the wallet back.

Names that are resolved off the chain (EIP-3668) or by a parent's resolver (ENSIP-10) are not found.
"""

from __future__ import annotations

from ens.exceptions import InvalidName
from ens.utils import normal_name_to_hash, normalize_name

from premium.chains.addresses import NATIVE
from premium.chains.contracts.caller import Contracts

REGISTRY = "0x00000000000C2E074eC69A0dFb2997BA6C7d2e1e"
"""The same on mainnet and its test networks."""
_LONGEST = 255


async def name_of(contracts: Contracts, wallet: str, registry: str = REGISTRY) -> str | None:
    """Return a checksummed wallet's name, None where it has none that can be believed.

    UpstreamUnavailable where no node answers.
    """
    reverse = bytes(normal_name_to_hash(f"{wallet[2:].lower()}.addr.reverse"))
    said = await _resolved(contracts, registry, reverse, "name(bytes32)", "string")
    if not isinstance(said, str) or not 0 < len(said) <= _LONGEST:
        return None
    try:
        node = bytes(normal_name_to_hash(normalize_name(said)))
        if normalize_name(said) != said:
            return None
    except InvalidName:
        return None
    return said if await _resolved(contracts, registry, node, "addr(bytes32)", "address") == wallet else None


async def _resolved(contracts: Contracts, registry: str, node: bytes, function: str, returns: str) -> object:
    resolver = await contracts.ask(registry, "resolver(bytes32)", "address", node)
    return None if resolver in (None, NATIVE) else await contracts.ask(resolver, function, returns, node)
