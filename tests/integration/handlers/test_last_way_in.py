"""The last wallet goes where something else logs its user in, and only there; two ways never go at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from handlers import accounts, logins
from local.postgres import SUPERUSER
from premium.accounts.service import sessions
from premium.bootstrap import Platform
from tests.factories.http import Answer
from tests.fixtures.postgres import Databases
from tests.integration.handlers.asking import through
from tests.integration.handlers.conftest import forget

pytestmark = pytest.mark.integration
GOOGLE = "INSERT INTO oauth_accounts (user_id, provider, subject) VALUES (%s, 'google', 'subject')"
PASSWORD = "INSERT INTO user_credentials (user_id, kind, secret) VALUES (%s, 'password', sha512('any'))"
SWITCHES = {"GOOGLE_CLIENT_ID": "client", "PASSWORD_LOGINS": "true"}


@pytest.fixture
def variables(variables: dict[str, str]) -> dict[str, str]:
    return variables | SWITCHES


class Somebody:
    """A user of ours with one wallet, and what else is given."""

    def __init__(self, at: Platform, postgres: Databases, *others: str) -> None:
        self.id, self.wallet = uuid4(), uuid4()
        with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
            connection.execute(
                "INSERT INTO premium_users (id, external_id, email) VALUES (%s, %s, %s)",
                [self.id, f"own_{self.id.hex}", f"{self.id.hex}@example.org"],
            )
            connection.execute(
                """INSERT INTO user_wallets (id, user_id, address, kind, chain_id, is_primary)
                   VALUES (%s, %s, %s, 'eoa', 1, true)""",
                [self.wallet, self.id, f"0x{self.id.hex}{'0' * 8}"],
            )
            for other in others:
                connection.execute(other, [self.id])
        opened = sessions(at).open(self.id, amr=("wallet",), ip="203.0.113.7", user_agent="test")
        self.token = opened.access_token

    def drops_wallet(self) -> Answer:
        return through(accounts.handler, "DELETE", f"/v1/users/wallets/{self.wallet}", token=self.token)

    def parts(self) -> Answer:
        return through(logins.handler, "DELETE", "/v1/users/google", token=self.token)


def ways_of(postgres: Databases, user: UUID) -> int:
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        (found,) = connection.execute(
            """SELECT (SELECT count(*) FROM user_wallets WHERE user_id = %(user)s)
                    + (SELECT count(*) FROM oauth_accounts WHERE user_id = %(user)s)""",
            {"user": user},
        ).fetchone() or (0,)
    return int(found)


@pytest.mark.parametrize("other", [GOOGLE, PASSWORD], ids=["Google", "a password"])
def test_the_last_wallet_goes_where_something_else_logs_in(at: Platform, postgres: Databases, other: str) -> None:
    user = Somebody(at, postgres, other)
    gone = user.drops_wallet()
    assert gone.status == 200, gone.text
    profile = through(accounts.handler, "GET", "/v1/users/profile", token=user.token)
    assert (profile.status, profile.data["walletAddress"]) == (200, None)
    if other == GOOGLE:
        refused = user.parts()
        assert (refused.status, refused.error["code"]) == (409, "CONFLICT")
        assert "only way in" in refused.error["message"]


@pytest.mark.parametrize(
    ("others", "off"),
    [((), ""), ((GOOGLE,), "GOOGLE_CLIENT_ID"), ((PASSWORD,), "PASSWORD_LOGINS")],
    ids=["nothing else", "Google, where the stage has none", "a password, where the stage has none"],
)
def test_the_only_way_in_stays(
    at: Platform, postgres: Databases, others: tuple[str, ...], off: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A confirmed address alone logs nobody in: no link of a mail opens an account without a password."""
    user = Somebody(at, postgres, *others)
    if off:
        monkeypatch.delenv(off)
        forget()
    refused = user.drops_wallet()
    assert (refused.status, refused.error["code"]) == (409, "CONFLICT"), refused.text
    assert refused.error["message"].startswith("This wallet is the only way in; add another")
    assert ways_of(postgres, user.id) == 1 + others.count(GOOGLE)


def test_two_ways_that_go_at_once_leave_one(at: Platform, postgres: Databases) -> None:
    for _ in range(5):
        user = Somebody(at, postgres, GOOGLE)
        with ThreadPoolExecutor(2) as pool:
            asked: list[Any] = [pool.submit(user.drops_wallet), pool.submit(user.parts)]
            answers = [each.result() for each in asked]
        assert sorted(each.status for each in answers) == [200, 409], [each.text for each in answers]
        assert ways_of(postgres, user.id) == 1
        with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
            connection.execute("DELETE FROM oauth_accounts")
