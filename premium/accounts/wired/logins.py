"""Logins, put together of a platform's parts: sessions, second factors, wallets, passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING

from premium.accounts.credentials.tokens import OWN_SUBJECT
from premium.accounts.manifest import AccountSettings
from premium.accounts.store import AccountStore
from premium.accounts.wired.changes import standing_changed
from premium.accounts.wired.limiter import limiter

if TYPE_CHECKING:
    from uuid import UUID

    from psycopg import Connection
    from psycopg.rows import DictRow

    from premium.accounts.once import Once
    from premium.accounts.onchain.wallets import ContractWallets
    from premium.accounts.second_factor import SecondFactors
    from premium.accounts.sessions import Sessions
    from premium.accounts.store.ways_in import WaysIn
    from premium.accounts.wallet_logins import Attempts, WalletLogins
    from premium.bootstrap import Platform

_PATIENCE = 2.0
"""Seconds; who logs in waits, and what Redis does not answer is no login."""


def sessions(platform: Platform) -> Sessions:
    """Return what opens, renews and ends sessions."""
    from premium.accounts.credentials.session_tokens import SessionTokens  # noqa: PLC0415 - JWT, which most need not
    from premium.accounts.sessions import Sessions  # noqa: PLC0415 - comes with it
    from premium.accounts.store import SessionStore  # noqa: PLC0415 - comes with it

    return Sessions(
        store=SessionStore(platform.database),
        users=AccountStore(platform.database),
        tokens=SessionTokens(platform.secrets, platform.settings.require("session_secret_arn")),
        platform=platform,
        seconds=platform.settings.of(AccountSettings).access_token_seconds,
    )


def second_factors(platform: Platform) -> SecondFactors:
    """Return what users do with their second factors."""
    from premium.accounts.second_factor import SecondFactors  # noqa: PLC0415 - ciphers, which most who enter need not
    from premium.accounts.store.second_factors import SecondFactorStore  # noqa: PLC0415 - comes with it
    from premium.ciphers import keys_of  # noqa: PLC0415 - comes with it

    arn = platform.settings.require("credential_secret_arn")
    return SecondFactors(
        store=SecondFactorStore(platform.database),
        clock=platform.clock,
        keys=lambda: keys_of(dict(platform.secrets.read(arn))),
        attempt=login_attempts(platform).of_code,
        changed=lambda user_id: standing_changed(platform, user_id),
    )


def wallet_logins(platform: Platform) -> WalletLogins:
    """Return what logs users in by their wallets."""
    from premium.accounts.nonces import Nonces  # noqa: PLC0415 - Redis, which most who enter here need not
    from premium.accounts.store import WalletStore  # noqa: PLC0415 - comes with it
    from premium.accounts.wallet_logins import WalletLogins, origins_of  # noqa: PLC0415 - comes with it
    from premium.accounts.wallet_proofs import WalletProofs  # noqa: PLC0415 - comes with it
    from premium.storage.redis_client import impatient  # noqa: PLC0415 - comes with it

    proofs = WalletProofs(
        nonces=Nonces(impatient(platform.redis(2), _PATIENCE), platform.clock),
        origins=origins_of(platform.settings.cors_origins),
        chains=lambda: tuple(chain for chain in platform.chains if chain.kind == "evm"),
        wallets=lambda: _contract_wallets(platform),
        clock=platform.clock,
    )
    return WalletLogins(
        proofs=proofs,
        wallets=WalletStore(platform.database),
        sessions=sessions(platform),
        attempts=login_attempts(platform),
    )


def ways_in(platform: Platform, *, by_worker: bool = False) -> WaysIn:
    """Return what knows passwords, and makes users who come without a wallet."""
    from premium.accounts.store.ways_in import WaysIn  # noqa: PLC0415 - logins alone need it

    return WaysIn(platform.worker_database if by_worker else platform.database)


def is_own(external_id: str) -> bool:
    """Tell whether an external id is ours.

    Its user did not come from the free platform.
    """
    return external_id.startswith(OWN_SUBJECT)


def add_password(connection: Connection[DictRow], user_id: UUID, hashed: bytes) -> bool:
    """Keep the hash of a new user's password, in the transaction that makes him."""
    from premium.accounts.store.ways_in import keep_password  # noqa: PLC0415 - logins alone need it

    keep_password(connection, user_id, hashed)
    return True


def kept_once(platform: Platform, kind: str) -> Once:
    """Return values of logins that who reads them takes away; kinds are named as `login-nonce`."""
    from premium.accounts.once import Once  # noqa: PLC0415 - Redis, which most who enter here need not
    from premium.storage.redis_client import impatient  # noqa: PLC0415 - comes with it

    return Once(impatient(platform.redis(2), _PATIENCE), kind)


def login_attempts(platform: Platform) -> Attempts:
    """Return what bounds how often somebody may try to log in."""
    from premium.accounts.wallet_logins import Attempts  # noqa: PLC0415 - Redis, which most who enter here need not

    return Attempts(limiter=limiter(platform))


def _contract_wallets(platform: Platform) -> ContractWallets:
    from premium.accounts.onchain.wallets import ContractWallets  # noqa: PLC0415 - HTTP, which logins of contracts need
    from premium.chains.nodes import secret_names  # noqa: PLC0415 - comes with it

    return ContractWallets(secret_names(platform.settings.chain_nodes), platform.secrets)
