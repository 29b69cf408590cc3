"""The door of accounts: profiles, API keys, logins, and whose a request is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING
from uuid import UUID

from premium.accounts.api_keys import ApiKeys
from premium.accounts.credentials.owners import CredentialOwners
from premium.accounts.credentials.tokens import OWN_SUBJECT
from premium.accounts.manifest import AccountSettings
from premium.accounts.model import Granted, Profile, WatchedKey
from premium.accounts.store import AccountStore, KeyStore, users
from premium.accounts.store.keys import keep_level, watched
from premium.accounts.store.users import find, settle, tiers
from premium.zones import zone_of

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from premium.accounts.credentials.issuers import Issuers
    from premium.accounts.gatekeeper import Gatekeeper
    from premium.accounts.once import Once
    from premium.accounts.onchain.wallets import ContractWallets
    from premium.accounts.second_factor import SecondFactors
    from premium.accounts.sessions import Sessions
    from premium.accounts.store.ways_in import WaysIn
    from premium.accounts.stream_gate import StreamGate
    from premium.accounts.stream_tokens import StreamTokens
    from premium.accounts.wallet_logins import Attempts, WalletLogins
    from premium.bootstrap import Platform
    from premium.limits import Limiter
    from premium.tiers import Tier

OpenedSession = Granted
"""The tokens of a session, for other services that log users in."""
_LOCAL_PATIENCE = 0.5
"""On one machine everything shares two cores, and 50 ms can pass without anything being wrong."""
_TOKEN_PATIENCE = 2.0
"""Seconds; who connects waits, and what Redis does not answer is no stream."""


@dataclass(frozen=True)
class Accounts:
    """What users do with their own accounts."""

    store: AccountStore

    @classmethod
    def of(cls, platform: Platform) -> Accounts:
        """Return the accounts of a platform."""
        return cls(AccountStore(platform.database))

    def profile(self, user_id: UUID) -> Profile:
        """Return a user's profile; NotFound for none."""
        return self.store.profile(user_id)

    def change_email(self, user_id: UUID, email: str | None) -> str | None:
        """Remove the e-mail address, or have a code sent to another.

        That one holds once it is confirmed. Return the address that waits; None where nothing does. Conflict when
        another user has it, and where the user logs in by a password, which needs one.
        """
        if email is None:
            self.store.remove_email(user_id)
            return None
        wanted = email.lower()
        return wanted if self.store.ask_email(user_id, wanted) else None

    def confirm_email(self, user_id: UUID, email: str, code: str | None) -> Profile:
        """Take another address by the code that was sent there.

        Without a code where the user has confirmed it before. InvalidInput for a wrong code.
        """
        self.store.confirm_email(user_id, email.lower(), code)
        return self.store.profile(user_id)

    def change_names(self, user_id: UUID, names: Mapping[str, str | None]) -> None:
        """Change or remove what is given of name and country."""
        if names:
            self.store.set_names(user_id, names)

    def change_time_zone(self, user_id: UUID, time_zone: str | None) -> Profile:
        """Change or remove the zone of the user's days; InvalidInput for no IANA name."""
        self.store.set_time_zone(user_id, None if time_zone is None else zone_of(time_zone))
        return self.store.profile(user_id)


def api_keys(platform: Platform, *, by_operator: bool = False) -> ApiKeys:
    """Return what makes, changes and revokes API keys; operators have the worker's rights."""
    return ApiKeys(
        store=KeyStore(platform.worker_database if by_operator else platform.database),
        clock=platform.clock,
        ended=lambda user_id, keys: standing_changed(platform, user_id, keys=keys),
    )


def own_keys(platform: Platform, user_id: UUID) -> Sequence[UUID]:
    """Return the ids of a user's live API keys, the oldest first."""
    return KeyStore(platform.database).ids(user_id)


def standing_changed(
    platform: Platform, user_id: UUID, *, keys: Collection[UUID] = (), sessions: Collection[UUID] = ()
) -> None:
    """Have every process ask anew how a user stands.

    The streams of these keys and sessions end. For whoever changes a tier, a restriction, a key or a session, after
    the commit.
    """
    from premium.storage.marks import DATABASE, mark_changed  # noqa: PLC0415 - Redis, which most who enter here need not
    from premium.storage.redis_client import impatient  # noqa: PLC0415 - comes with it

    mark_changed(impatient(platform.redis(DATABASE), _TOKEN_PATIENCE), user_id)
    if keys or sessions:
        end_streams(platform, user_id, {*keys, *sessions})


def owner_of_key(platform: Platform, key: str) -> str | None:
    """Return the user of an API key, revoked or not; None without."""
    from premium.accounts.credentials.keys import is_key, key_hash  # noqa: PLC0415 - few who enter here need it

    owner = KeyStore(platform.database).by_hash(key_hash(key)) if is_key(key) else None
    return None if owner is None else str(owner.id)


def looks_like_key(text: str) -> bool:
    """Tell whether a text is a whole API key."""
    from premium.accounts.credentials.keys import is_key  # noqa: PLC0415 - few who enter here need it

    return is_key(text)


def find_user(connection: Connection[DictRow], reference: str) -> UUID | None:
    """Return the user of an id of ours or the free platform's.

    In the caller's transaction.
    """
    return find(connection, reference)


def tiers_of(platform: Platform, users: Collection[UUID]) -> Mapping[UUID, Tier]:
    """Return the tiers of users, by the worker's rights."""
    with platform.worker_database.transaction() as connection:
        return tiers(connection, users)


def watched_key(connection: Connection[DictRow], key_id: UUID) -> WatchedKey | None:
    """Return what tells a key's owner of its use; None where it is gone.

    In the caller's transaction, of its owner.
    """
    return watched(connection, key_id)


def keep_alert_level(connection: Connection[DictRow], key_id: UUID, level: int, month: str) -> None:
    """Write down the last level of the quota that a key reached.

    In the caller's transaction, of its owner.
    """
    keep_level(connection, key_id, level, month)


def settle_tier(
    connection: Connection[DictRow], user_id: UUID, best: Tier | None, *, is_kept: bool
) -> tuple[Tier, Tier] | None:
    """Write down a user's tier, and return what it was and is where it changed.

    In the caller's transaction. `best` is what his subscriptions and grants allow; `is_kept`: he once had a
    subscription, and no token's claim counts any more. Call `standing_changed` after the commit.
    """
    return settle(connection, user_id, best, is_kept=is_kept)


def settle_agreed(connection: Connection[DictRow], user_id: UUID, best: Tier | None, requests: int | None) -> bool:
    """Write down what was agreed with a user; tell whether that changed.

    `requests` a month, for the tier that he has. After `settle_tier`, in its transaction.
    """
    return users.settle_agreed(connection, user_id, best, requests)


def agreed_requests(platform: Platform, user_id: UUID) -> int | None:
    """Return the requests a month that were agreed with a user.

    None: what his tier allows.
    """
    with platform.database.as_user(user_id) as connection:
        return users.agreed(connection, user_id)


def end_streams(platform: Platform, user_id: UUID, credentials: Collection[UUID] | None = None) -> int:
    """Close a user's streams, or those of some keys and sessions.

    Returns how many there were. For whoever restricts a user or revokes a key, after the commit. What it cannot reach
    says nothing any more, and is closed by the sweep of the next minute.
    """
    return platform.streams.close_of(user_id, credentials) if platform.has_streams else 0


def preload() -> None:
    """Import what `gatekeeper` and `stream_gate` need, for functions that call them.

    The limiter's Redis and the verifier's JWT take longer to import than all that the function of accounts needs.
    """
    rooms = ("credentials.issuers", "gatekeeper", "stream_gate", "stream_tokens")
    for module in (*(f"premium.accounts.{room}" for room in rooms), "premium.limits"):
        import_module(module)


def gatekeeper(platform: Platform) -> Gatekeeper:
    """Return the gatekeeper of all requests, one a process.

    It keeps what it knows of users for seconds.
    """
    from premium.accounts.gatekeeper import Gatekeeper  # noqa: PLC0415 - Redis and JWT, which most who enter here need not

    return Gatekeeper(
        verifier=_issuers(platform),
        owners=CredentialOwners(
            AccountStore(platform.database_at_once),
            KeyStore(platform.database_at_once),
            platform.clock,
            changed=lambda user_id: standing_changed(platform, user_id),
        ),
        limiter=_limiter(platform),
        clock=platform.clock,
        proof_seconds=platform.settings.of(AccountSettings).proof_seconds,
    )


def every_user(platform: Platform) -> Iterator[UUID]:
    """Yield the ids of all users who are not erased."""
    return users.every_user(platform.worker_database)


def shut_out(platform: Platform, user_id: UUID, keys: Collection[UUID]) -> None:
    """End all sessions and streams of a user who is restricted now."""
    end_sessions(platform, user_id)
    standing_changed(platform, user_id, keys=keys)
    end_streams(platform, user_id)


def end_sessions(platform: Platform, user_id: UUID) -> int:
    """End all sessions of a user by an operator's rights; return how many there were."""
    from premium.accounts.store import SessionStore  # noqa: PLC0415 - an operator's command alone needs it

    ended = SessionStore(platform.worker_database).revoke(user_id, "revoked")
    standing_changed(platform, user_id, sessions=ended)
    return len(ended)


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
        nonces=Nonces(impatient(platform.redis(2), _TOKEN_PATIENCE), platform.clock),
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

    return Once(impatient(platform.redis(2), _TOKEN_PATIENCE), kind)


def login_attempts(platform: Platform) -> Attempts:
    """Return what bounds how often somebody may try to log in."""
    from premium.accounts.wallet_logins import Attempts  # noqa: PLC0415 - Redis, which most who enter here need not

    return Attempts(limiter=_limiter(platform))


def _contract_wallets(platform: Platform) -> ContractWallets:
    from premium.accounts.onchain.wallets import ContractWallets  # noqa: PLC0415 - HTTP, which logins of contracts need
    from premium.chains.nodes import secret_names  # noqa: PLC0415 - comes with it

    return ContractWallets(secret_names(platform.settings.chain_nodes), platform.secrets)


def _issuers(platform: Platform) -> Issuers:
    from premium.accounts.credentials.issuers import Issuers  # noqa: PLC0415 - JWT, which most who enter here need not
    from premium.accounts.credentials.session_tokens import SessionTokens  # noqa: PLC0415 - comes with it
    from premium.accounts.credentials.tokens import TokenVerifier  # noqa: PLC0415 - comes with it

    own = platform.settings.session_secret_arn
    return Issuers(
        free=TokenVerifier(platform.secrets, platform.settings.require("jwt_secret_arn")),
        own=SessionTokens(platform.secrets, own) if own else None,
    )


def stream_tokens(platform: Platform) -> StreamTokens:
    """Return what gives and takes the tokens that open streams."""
    from premium.accounts.stream_tokens import StreamTokens  # noqa: PLC0415 - Redis, which most who enter here need not
    from premium.storage.redis_client import impatient  # noqa: PLC0415 - comes with it

    return StreamTokens(impatient(platform.redis(2), _TOKEN_PATIENCE), platform.clock)


def stream_gate(platform: Platform) -> StreamGate:
    """Return what lets users open streams, one a process."""
    from premium.accounts.stream_gate import StreamGate  # noqa: PLC0415 - Redis and JWT, which most who enter here need not

    store, keys = AccountStore(platform.database), KeyStore(platform.database)
    return StreamGate(
        verifier=_issuers(platform),
        owners=CredentialOwners(store, keys, platform.clock),
        store=store,
        keys=keys,
        tokens=stream_tokens(platform),
        limiter=_limiter(platform),
        clock=platform.clock,
    )


def _limiter(platform: Platform) -> Limiter:
    from premium.limits import PATIENCE_SECONDS, Limiter  # noqa: PLC0415 - Redis, which most who enter here need not
    from premium.metering.manifest import MeteringSettings  # noqa: PLC0415 - comes with it

    settings = platform.settings
    return Limiter(
        platform.redis(2),
        when_down=settings.rate_limit_when_down,
        patience=_LOCAL_PATIENCE if settings.premium_stage == "local" else PATIENCE_SECONDS,
        refused_tiers=settings.of(MeteringSettings).quota_refused_tiers.split(","),
    )
