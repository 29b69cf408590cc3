"""Says what a refresh reads: which wallets on which chains, and which of their tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from premium.chains.model import Wanted
from premium.chains.registry import Registry
from premium.portfolio.model import Snapshot, Wallet
from premium.portfolio.recognition.wallets import homes


def settled(wallets: Iterable[Wallet], registry: Registry) -> list[Wallet]:
    """Return wallets that name their chains, where they named none.

    Then those that are read and on which they can be. Where none of them is read any more they name all that are
    known, so that coverage says so.
    """
    return [wallet.model_copy(update={"chains": wallet.chains or _homes(wallet, registry)}) for wallet in wallets]


def _homes(wallet: Wallet, registry: Registry) -> tuple[str, ...]:
    told = (wallet.kind, wallet.form, wallet.address)
    return tuple(homes(*told, registry.active) or homes(*told, registry)) or (wallet.kind,)


def unread(wallets: Sequence[Wallet], active: Iterable[str]) -> dict[str, set[str]]:
    """Return chain → addresses that are watched on chains which are not read any more."""
    read = set(active)
    found: dict[str, set[str]] = {}
    for wallet in wallets:
        for chain in set(wallet.chains) - read:
            found.setdefault(chain, set()).add(wallet.address)
    return found


def watchlist(wallets: Sequence[Wallet], active: Iterable[str], previous: Snapshot | None) -> Wanted:
    """Return chain → address → tokens to read besides those of the chain's list.

    `active` are the chains that are read; a wallet that names no chains is watched on all of them. Tokens that the
    previous snapshot held are read again, even if no log names them.
    """
    watched = {chain: {w.address for w in wallets if not w.chains or chain in w.chains} for chain in active}
    wanted: dict[str, dict[str, frozenset[str]]] = {
        chain: dict.fromkeys(addresses, frozenset()) for chain, addresses in watched.items() if addresses
    }
    for holding in previous.holdings if previous else ():
        for address in holding.units:
            if address in wanted.get(holding.chain, {}) and holding.category != "native":
                wanted[holding.chain][address] |= {holding.key.partition(":")[2]}
    return wanted
