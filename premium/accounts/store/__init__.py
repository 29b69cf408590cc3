"""Read and write users, their keys, wallets and sessions."""

from premium.accounts.store.keys import KeyStore
from premium.accounts.store.sessions import Rotation, SessionStore
from premium.accounts.store.users import AccountStore
from premium.accounts.store.wallets import WalletStore

__all__ = ["AccountStore", "KeyStore", "Rotation", "SessionStore", "WalletStore"]
