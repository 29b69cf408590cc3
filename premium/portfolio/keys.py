"""Keys of wallets: encrypted where they are stored, opened where their addresses are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from premium.chains.model import WatchedKey
from premium.ciphers import keys_of, opened, sealed

if TYPE_CHECKING:
    from premium.bootstrap import Platform
    from premium.portfolio.model import Wallet
    from premium.portfolio.store.wallets import WalletStore

Secrets = Callable[[], list[bytes]]
"""The keys of a stage's secret, the newest first."""
_PURPOSE = b"portfolio_wallets.sealed_key:"


def secrets_of(platform: Platform) -> Secrets:
    """Return what reads the stage's secret of credentials, when it is first needed."""
    arn = platform.settings.require
    return lambda: keys_of(dict(platform.secrets.read(arn("credential_secret_arn"))))


def seal(secrets: Secrets, user_id: UUID, key: str) -> bytes:
    """Return a key encrypted for one user."""
    return sealed(secrets(), _PURPOSE + user_id.bytes, key.encode())


def open_keys(secrets: Secrets, user_id: UUID, wallets: Iterable[Wallet], store: WalletStore) -> dict[str, WatchedKey]:
    """Return the keys of a user's wallets by their names; worker role.

    What an earlier secret encrypted is kept under the newest from now on, so that the earlier one can go.
    """
    found: dict[str, WatchedKey] = {}
    for wallet in wallets:
        if wallet.sealed_key is not None and wallet.gap_limit is not None:
            bound = _PURPOSE + user_id.bytes
            key, is_old = opened(secrets(), bound, wallet.sealed_key)
            if is_old:
                store.seal_anew(user_id, wallet.id, wallet.sealed_key, sealed(secrets(), bound, key))
            found[wallet.address] = WatchedKey(key=key.decode(), gap_limit=wallet.gap_limit)
    return found
