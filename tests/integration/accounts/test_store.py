"""Users and API keys in PostgreSQL: made once, found before they are known, seen by their owner alone."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from local.postgres import SUPERUSER
from premium.accounts.credentials.keys import key_hash
from premium.accounts.credentials.owners import CredentialOwners
from premium.accounts.credentials.tokens import Claims
from premium.accounts.model import ApiKey, KeyOwner, Rights, User
from premium.accounts.store import AccountStore, KeyStore
from premium.clock import SystemClock
from premium.entitlements import Quota, quota_of
from premium.errors import Conflict, InvalidInput, NotFound
from premium.networks import network_of
from premium.notifications.service import set_account_email
from premium.storage.postgres import Database
from premium.tiers import Tier
from tests.fixtures.postgres import Databases

pytestmark = pytest.mark.integration


@pytest.fixture
def database(postgres: Databases) -> Iterator[Database]:
    database = Database(lambda: postgres.url("premium", "premium_app"), max_size=8)
    yield database
    database.close()


@pytest.fixture
def store(database: Database) -> AccountStore:
    return AccountStore(database)


@pytest.fixture
def keys(database: Database) -> KeyStore:
    return KeyStore(database)


class NoKeys:
    """Of users that come by tokens alone."""

    def by_hash(self, *_: object) -> KeyOwner | None:
        raise AssertionError

    def seen(self, *_: object) -> None:
        raise AssertionError


def add(keys: KeyStore, owner: User, secret: str, *, name: str = "bot", room: int = 1, **rights: Any) -> ApiKey:
    given = Rights(scopes=frozenset(rights.pop("scopes", ())), **rights)
    hashed, quota = key_hash(secret), Quota(name="api_keys", tier=Tier.ENTERPRISE, most=room)
    return keys.add(owner.id, name=name, prefix="pdk_abcd", key_hash=hashed, rights=given, room=quota, parent=None)


def claims(subject: str, email: str | None = None, tier: Tier = Tier.PRO) -> Claims:
    return Claims(subject=subject, email=email, tier=tier, roles=frozenset(), expires_at=0)


def user(store: AccountStore, subject: str, email: str | None = None) -> User:
    return CredentialOwners(store, NoKeys(), SystemClock()).by_claims(claims(subject, email))


def test_a_subject_seen_by_many_at_once_is_one_user(store: AccountStore, postgres: Databases) -> None:
    with ThreadPoolExecutor(8) as pool:
        users = list(pool.map(lambda _: user(store, "user_1", "a@example.org"), range(16)))
    assert len({each.id for each in users}) == 1
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        assert connection.execute("SELECT count(*) FROM premium_users").fetchone() == (1,)


@pytest.mark.parametrize("email", ["taken@example.org", "TAKEN@example.org", "@", "a@", "@b"])
def test_an_email_that_cannot_be_kept_does_not_keep_its_user_out(store: AccountStore, email: str) -> None:
    user(store, "user_1", "taken@example.org")
    assert user(store, "user_2", email).email is None


def test_the_tier_of_the_token_is_written_down(store: AccountStore) -> None:
    first = user(store, "user_1")
    CredentialOwners(store, NoKeys(), SystemClock()).by_claims(claims("user_1", tier=Tier.ENTERPRISE))
    found = store.by_external_id("user_1")
    assert found is not None
    assert (found.id, found.tier) == (first.id, Tier.ENTERPRISE)


def test_a_lookup_before_login_tells_what_the_authorizer_needs_and_no_more(
    database: Database, store: AccountStore
) -> None:
    user(store, "user_1", "a@example.org")
    with database.transaction() as connection:
        row = connection.execute("SELECT * FROM user_by_external_id('user_1')").fetchone()
        assert row is not None
        assert set(row) == {"id", "external_id", "email", "tier", "is_restricted"}
        assert connection.execute("SELECT * FROM premium_users").fetchall() == []
        assert connection.execute("SELECT * FROM user_by_external_id('user_%%')").fetchall() == []


def test_a_key_is_found_by_its_hash_alone(store: AccountStore, keys: KeyStore, postgres: Databases) -> None:
    owner = user(store, "user_1")
    later = datetime.now(UTC) + timedelta(days=1)
    made = add(keys, owner, "secret", scopes=["tax:read"], expires_at=later, networks=[network_of("10.0.0.0/8")])
    found = keys.by_hash(key_hash("secret"))
    assert found is not None
    assert (found.id, found.key_id, found.scopes, found.expires_at) == (owner.id, made.id, ("tax:read",), later)
    assert found.networks == (network_of("10.0.0.0/8"),)
    assert found.usable(datetime.now(UTC))
    assert not found.usable(later)
    assert keys.by_hash(key_hash("another")) is None
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        assert "secret" not in str(connection.execute("SELECT * FROM api_keys").fetchall())


def test_a_revoked_key_stays_revoked_and_anothers_cannot_be(store: AccountStore, keys: KeyStore) -> None:
    owner, other = user(store, "user_1"), user(store, "user_2")
    key = add(keys, owner, "a")
    with pytest.raises(NotFound):
        keys.revoke(other.id, key.id)
    with pytest.raises(NotFound):
        keys.change(other.id, key.id, {"name": "mine"}, by=None, room=quota_of(Tier.ENTERPRISE, "api_keys"))
    first, second = keys.revoke(owner.id, key.id)[0], keys.revoke(owner.id, key.id)[0]
    assert first.revoked_at == second.revoked_at is not None
    found = keys.by_hash(key_hash("a"))
    assert found is not None
    assert not found.usable(datetime.now(UTC))


def test_keys_come_newest_first_in_pages(store: AccountStore, keys: KeyStore) -> None:
    owner, other = user(store, "user_1"), user(store, "user_2")
    for n in range(5):
        add(keys, owner, str(n), name=str(n), room=9)
    first = keys.all(owner.id, limit=3)
    rest = keys.all(owner.id, after=(first[-1].created_at, first[-1].id), limit=3)
    assert [key.name for key in first + rest] == ["4", "3", "2", "1", "0"]
    assert keys.all(other.id) == []


def test_an_email_belongs_to_one_user(store: AccountStore) -> None:
    first, second = user(store, "user_1", "a@example.org"), user(store, "user_2")
    with pytest.raises(Conflict):
        store.ask_email(second.id, "a@example.org")
    store.remove_email(first.id)
    assert store.ask_email(second.id, "a@example.org")
    with pytest.raises(InvalidInput):
        store.confirm_email(second.id, "a@example.org", "WRNG-CODE")
    assert store.profile(second.id).email is None, "it holds once it is confirmed"
    with store._database.as_user(second.id) as connection:
        set_account_email(connection, second.id, "a@example.org", is_confirmed=True)
    store.confirm_email(second.id, "a@example.org", None)
    assert store.profile(second.id).email == "a@example.org"
    with pytest.raises(NotFound):
        store.profile(uuid.uuid4())
