"""Use cases of watched wallets: added, changed, taken out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from premium.clock import Clock
from premium.entitlements import quota_of
from premium.errors import AppError, InvalidInput
from premium.jobs.service import JobService
from premium.observability import logger
from premium.portfolio.jobs import REFRESH, RefreshPayload
from premium.portfolio.keys import Secrets, seal
from premium.portfolio.model import Wallet
from premium.portfolio.recognition.places import check_chains
from premium.portfolio.recognition.wallets import GivenWallet, is_name, of_address, of_key
from premium.portfolio.store import Stores
from premium.tiers import Tier

if TYPE_CHECKING:
    from redis import Redis

    from premium.chains.registry import Registry

LINE = "portfolio-names"
"""On which a resident answers who asks for names."""
_SECONDS = 6.0
"""A node has five."""


class AskedKey(NamedTuple):
    """A key that is to be watched; `field` is `xpub` or `descriptor`."""

    field: str
    text: str
    gap_limit: int


@dataclass(frozen=True)
class Names:
    """Names of ENS, which a resident looks up: web3.py is nothing for a handler."""

    redis: Callable[[int], Redis]

    def look_up(self, text: str) -> GivenWallet:
        """Return the wallet of a name; InvalidInput says why it has no address."""
        from premium.asks.line import DATABASE  # noqa: PLC0415 - few are given by name
        from premium.asks.service import Asks  # noqa: PLC0415 - as above

        said = Asks.over(self.redis(DATABASE), LINE, seconds=_SECONDS).ask({"name": text})
        return GivenWallet(address=str(said["address"]), kind="evm", name=str(said["name"]))


@dataclass(frozen=True, kw_only=True)
class WalletCases:
    """The use cases of wallets."""

    stores: Stores
    jobs: JobService
    clock: Clock
    secrets: Secrets
    """Encrypt keys of wallets."""
    names: Names

    def watch(
        self, user_id: UUID, address: str, label: str | None, chains: Sequence[str], registry: Registry, *, tier: Tier
    ) -> Wallet:
        """Watch an address on chains that this stage reads; InvalidInput names the field.

        A name of ENS is looked up, and the address that it has is watched. Without chains it is watched on all that are
        read and on which it can be, which must be one at least.
        """
        given = self.names.look_up(address) if is_name(address) else of_address(address, registry)
        return self._add(user_id, given, label, chains, registry, tier)

    def watch_key(
        self,
        user_id: UUID,
        asked: AskedKey,
        label: str | None,
        chains: Sequence[str],
        registry: Registry,
        *,
        tier: Tier,
    ) -> Wallet:
        """Watch the addresses of an extended key or a descriptor; errors as those of `watch`.

        It is encrypted before it is stored, and shown nowhere.
        """
        given = of_key(asked.field, asked.text, asked.gap_limit, registry, user_id)
        return self._add(user_id, given, label, chains, registry, tier)

    def _add(  # noqa: PLR0917 - what `watch` is given
        self,
        user_id: UUID,
        given: GivenWallet,
        label: str | None,
        chains: Sequence[str],
        registry: Registry,
        tier: Tier,
    ) -> Wallet:
        check_chains(given, chains, registry)
        key = None if given.key is None else seal(self.secrets, user_id, given.key)
        quota = quota_of(tier, "wallets")
        return self.stores.wallets.add(user_id, given, label, sorted(set(chains)), quota, key)

    def watched(self, user_id: UUID, limit: int, after: tuple[datetime, UUID] | None) -> list[Wallet]:
        """Return up to `limit` watched wallets, newest first, after the position."""
        return self.stores.wallets.page(user_id, limit, after)

    def change_wallet(  # noqa: PLR0917 - a wallet, and what is to be of it
        self,
        user_id: UUID,
        wallet_id: UUID,
        label: str | None,
        chains: Sequence[str],
        registry: Registry,
        gap_limit: int | None = None,
        *,
        request_id: str = "",
    ) -> Wallet:
        """Give a wallet another label and other chains, and a key another gap limit.

        Another gap limit starts a refresh, since other addresses are the key's then. NotFound for one that is not the
        user's, InvalidInput for a gap limit of an address.
        """
        wallet = self.stores.wallets.get(user_id, wallet_id)
        check_chains(wallet, chains, registry)
        if gap_limit is not None and wallet.gap_limit is None:
            raise InvalidInput.about("gapLimit", "is a key's: an address is one alone")
        changed = self.stores.wallets.change(user_id, wallet_id, label, sorted(set(chains)), gap_limit)
        if changed.gap_limit != wallet.gap_limit:
            self._bring_in_line(user_id, request_id)
        return changed

    def unwatch(self, user_id: UUID, wallet_id: UUID, *, request_id: str) -> None:
        """Stop watching a wallet; NotFound for one that is not the user's.

        The refresh that this starts brings the assets in line.
        """
        self.stores.wallets.remove(user_id, wallet_id)
        self._bring_in_line(user_id, request_id)

    def _bring_in_line(self, user_id: UUID, request_id: str) -> None:
        try:
            self.jobs.start(REFRESH, RefreshPayload(), user_id=user_id, request_id=request_id)
        except AppError as error:
            logger.warning("assets stay as they are until the next refresh", code=error.code)
