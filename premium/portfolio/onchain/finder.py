"""Runs every protocol's reader for wallets, and gives each receipt one owner."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from premium.chains.contracts.caller import Contracts
from premium.chains.contracts.protocols import Protocol as Entry
from premium.portfolio.onchain.held.gauges import Gauges
from premium.portfolio.onchain.held.schedules import Streams, VestingWallets
from premium.portfolio.onchain.held.staked import Locks, Staked, Withdrawals
from premium.portfolio.onchain.held.vaults import Vaults
from premium.portfolio.onchain.held.yearn import YearnVaults
from premium.portfolio.onchain.leaves import Leaves
from premium.portfolio.onchain.lenders.comets import Comets
from premium.portfolio.onchain.lenders.markets import Markets
from premium.portfolio.onchain.lenders.reserves import Reserves, ReservesV2
from premium.portfolio.onchain.pools.balancer import BalancerPools
from premium.portfolio.onchain.pools.curve import CurvePools
from premium.portfolio.onchain.pools.hooked import HookedRanges
from premium.portfolio.onchain.pools.pairs import Pairs
from premium.portfolio.onchain.pools.ranges import Ranges
from premium.portfolio.onchain.pools.vault_pools import VaultPools
from premium.portfolio.onchain.port import Opener, Owner, Place, Reader, Share
from premium.portfolio.onchain.shares import Shares
from premium.portfolio.positions.found import Finding, Found

READERS: Mapping[str, type[Reader[Any]]] = {
    "v2_lp": Pairs, "v3_position": Ranges, "balancer_pool": BalancerPools, "curve_pool": CurvePools, "vault": Vaults,
    "aave_v3": Reserves, "compound_v2": Markets, "compound_v3": Comets, "staked": Staked, "withdrawals": Withdrawals,
    "lock": Locks, "gauge": Gauges, "v4_position": HookedRanges, "yearn_vault": YearnVaults, "stream": Streams,
    "vesting_wallet": VestingWallets, "aave_v2": ReservesV2, "balancer_v3_pool": VaultPools,
}  # fmt: skip
"""A kind of protocol and the module that reads it: a new kind is a module and a line."""
Holdings = Mapping[str, Mapping[str, int]]
"""Wallet → token → base units, addresses checksummed."""


async def find(
    contracts: Contracts,
    entries: Sequence[Entry],
    wallets: Holdings,
    nfts: Mapping[str, Iterable[str]] | None = None,
    shares: Shares | None = None,
) -> list[Found]:
    """Return the positions of wallets at the contracts' block.

    `nfts` are those that logs ever named of each wallet, as `address#number`; `shares` what tokens said already.
    UpstreamUnavailable where no node answers.
    """
    readers = [READERS[entry.kind](Place(contracts=contracts, entry=entry)) for entry in entries]
    shares = shares or Shares(contracts)
    said = await shares.of({token for held in wallets.values() for token in held})
    named = {wallet: _by_contract(names) for wallet, names in (nfts or {}).items()}
    owners = [
        Owner(address=wallet, held=held, shares=said, nfts=named.get(wallet, {})) for wallet, held in wallets.items()
    ]
    rows = await asyncio.gather(*(_of(reader, owner) for owner in owners for reader in readers))
    found = _owned([each for row in rows for each in row])
    leaves = Leaves(contracts.chain.name, shares, [each for each in readers if hasattr(each, "opened")])
    opened = await leaves.all_opened(found)
    return sorted(opened + _strangers(contracts, owners, found, said), key=lambda each: each.key)


def _by_contract(names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Return the numbers of NFTs by contract, the newest first."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for name in names:
        contract, _, number = name.partition("#")
        found[contract].append(int(number))
    return {contract: tuple(sorted(numbers, reverse=True)) for contract, numbers in found.items()}


async def _of(reader: Reader[Any], owner: Owner) -> list[Found]:
    return [reader.value(reads) for reads in await reader.find(owner)]


def _owned(found: Sequence[Found]) -> list[Found]:
    """Keep of positions that explain the same receipt the first: a receipt is one owner's."""
    taken: set[tuple[str, str]] = set()
    kept: list[Found] = []
    for each in found:
        mine = {(each.wallet, receipt) for receipt in each.receipts}
        if mine & taken:
            continue
        taken |= mine
        kept.append(each)
    return kept


def _strangers(
    contracts: Contracts, owners: Sequence[Owner], found: Sequence[Found], said: Mapping[str, Share]
) -> list[Found]:
    """List tokens that speak like shares of a pool or vault and are of no protocol that is known."""
    known = {(each.wallet, receipt) for each in found for receipt in each.receipts}
    told = Finding(code="unknown_protocol", text="it looks like a share of a pool or vault; no protocol here knows it")
    chain, block = contracts.chain.name, contracts.head.number
    return [
        Found(wallet=owner.address, chain=chain, protocol="unknown", kind="unknown", name=token, block=block,
              findings=(told,), is_counted=False)
        for owner in owners for token in owner.held
        if token in said and said[token].claims and (owner.address, f"{chain}:{token.lower()}") not in known
    ]  # fmt: skip


__all__ = ["READERS", "Holdings", "Opener", "find"]
