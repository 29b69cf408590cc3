"""What other services see of portfolios: watched wallets, and held tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from premium.portfolio.store.assets import AssetStore
from premium.portfolio.store.wallets import WalletStore

if TYPE_CHECKING:
    from premium.bootstrap import Platform


@dataclass(frozen=True, kw_only=True)
class WatchedWallets:
    """The wallets that users watch, for other services; it needs the premium database alone."""

    store: WalletStore

    @classmethod
    def of(cls, platform: Platform) -> WatchedWallets:
        """Return the wallets as the application's role sees them."""
        return cls(store=WalletStore(platform.database))

    def watches(self, user_id: UUID, address: str, chain: str) -> bool:
        """Say whether the user watches the checksummed address on the chain."""
        return self.store.has(user_id, address, chain)


@dataclass(frozen=True, kw_only=True)
class HeldTokens:
    """What users hold and where, for services that watch tokens; by the worker role."""

    assets: AssetStore
    store: WalletStore

    @classmethod
    def of(cls, platform: Platform) -> HeldTokens:
        """Return it as workers see it."""
        return cls(assets=AssetStore(platform.worker_database), store=WalletStore(platform.worker_database))

    def users(self) -> list[UUID]:
        """Return every user with a wallet."""
        return self.store.users()

    def of_user(self, user_id: UUID, *, most: int = 200) -> list[tuple[str, str]]:
        """Return chain and address of a user's most valuable tokens, spam left out."""
        rows = self.assets.page(user_id, most, None, spam=False)
        return [(row.chain, row.asset.partition(":")[2]) for row in rows if row.balance > 0]

    def wallets(self, user_id: UUID) -> list[str]:
        """Return a user's EVM wallets, checksummed."""
        return [each.address for each in self.store.all(user_id) if each.kind == "evm"]
