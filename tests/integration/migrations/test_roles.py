"""The deployment's first step on a new server: an administrator as on RDS makes the roles, and the owner migrates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from local import ports
from local.postgres import DATABASES, SUPERUSER, Postgres
from migrations.__main__ import main
from migrations.errors import MigrationError
from migrations.roles import ROLES, make_roles
from tests.fixtures.postgres import Databases

pytestmark = pytest.mark.integration
_OWNED = """
    SELECT datname FROM pg_database JOIN pg_roles r ON r.oid = datdba
    WHERE r.rolname = 'administrator' AND datname <> current_database()
"""
_ENTERED = """
    SELECT r.rolname, datname, has_database_privilege(r.oid, d.oid, 'TEMPORARY') FROM pg_database d, pg_roles r
    WHERE r.rolname = ANY (%s) AND d.datallowconn AND has_database_privilege(r.oid, d.oid, 'CONNECT')
"""
PASSWORDS = {role: f"password of {role}" for role in ROLES}


class Secrets:
    """Secrets Manager with the role secrets by role name instead of ARN."""

    def read(self, arn: str) -> Mapping[str, str]:
        return {"username": arn, "password": PASSWORDS[arn]}


@pytest.fixture(scope="module")
def admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server without our roles, and its administrator: no superuser, as on RDS."""
    server = Postgres(tmp_path_factory.mktemp("postgres"), ports.free(), settings={"fsync": "off"})
    server.start()
    try:
        with psycopg.connect(server.url("postgres", SUPERUSER), autocommit=True) as connection:
            for database in DATABASES:
                connection.execute(f"DROP DATABASE {database}")
            for role in ROLES:
                connection.execute(f"DROP ROLE {role}")
            connection.execute("CREATE ROLE administrator LOGIN CREATEROLE CREATEDB PASSWORD 'admin'")
            connection.execute("CREATE DATABASE premium OWNER administrator")
            connection.execute("GRANT CONNECT, TEMPORARY ON DATABASE postgres TO PUBLIC")  # as a server is made
        yield make_conninfo(server.url("premium", SUPERUSER), user="administrator", password="admin")
    finally:
        server.destroy()


def test_a_new_server_gets_roles_and_schema_by_one_command(admin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrations.__main__.Secrets", Secrets)
    environment = {
        "MIGRATION_DATABASE_URL": as_role(admin, "premium_owner"),
        "MIGRATION_DATABASE_ADMIN_URL": admin,
        "MIGRATION_DATABASE_ROLE_SECRET_ARNS": ", ".join(ROLES),
    }
    for _ in range(2):
        assert main(["up", "--database", "premium"], environment) == 0
    with psycopg.connect(as_role(admin, "premium_app")) as connection:
        assert connection.execute("SELECT count(*) FROM premium_users").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (n INT)")
    with psycopg.connect(as_role(admin, "premium_worker")) as connection:
        connection.execute("CREATE TEMPORARY TABLE incoming (n INT)")
    with psycopg.connect(as_role(admin, "premium_owner")) as connection:
        flags = connection.execute(
            "SELECT DISTINCT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname LIKE 'premium%'"
        ).fetchall()
    assert flags == [(False, False, False)]


def test_our_roles_enter_their_own_database_alone(admin: str) -> None:
    """On a server with databases of others: of those that the administrator owns, none is left open."""
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("CREATE DATABASE another")
        owned = [row[0] for row in connection.execute(_OWNED)]
    lines: list[str] = []
    for _ in range(2):
        make_roles(admin, lambda: [{"username": role, "password": PASSWORDS[role]} for role in ROLES], lines.append)
    assert "another" in owned
    for role in ROLES:
        for database in owned:
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(make_conninfo(as_role(admin, role), dbname=database))
    with psycopg.connect(as_role(admin, "premium_app")) as connection, pytest.raises(psycopg.Error, match="denied"):
        connection.execute("CREATE TEMPORARY TABLE mine (n INT)")
    assert lines[-1].startswith("databases of others that every role may enter: postgres"), "it is the superuser's"


def test_the_local_server_is_shut_but_for_its_own_databases(postgres: Databases) -> None:
    """Of tests and of the local stage alike; theirs are made by the same class."""
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        entered = connection.execute(_ENTERED, (["premium_app", "premium_worker"],)).fetchall()
    strange = [row for row in entered if not row[1].startswith((*DATABASES, "empty_"))]
    assert strange == []
    assert {row[0] for row in entered if row[2]} == {"premium_worker"}, "the application makes no temporary table"
    for database in ("postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(postgres.server.url(database, "premium_app"))


def test_a_rotation_changes_the_password(admin: str) -> None:
    make_roles(admin, lambda: [{"username": role, "password": PASSWORDS[role]} for role in ROLES], print)
    make_roles(admin, lambda: [{"username": "premium_app", "password": "another"}], print)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(as_role(admin, "premium_app"))
    psycopg.connect(make_conninfo(as_role(admin, "premium_app"), password="another")).close()
    make_roles(admin, lambda: [{"username": "premium_app", "password": PASSWORDS["premium_app"]}], print)


@pytest.mark.parametrize("secret", [{"username": "postgres", "password": "x"}, {"username": "premium_app"}])
def test_a_strange_secret_makes_no_role(admin: str, secret: dict[str, str]) -> None:
    with pytest.raises(MigrationError, match="must each hold the password of one of premium_owner"):
        make_roles(admin, lambda: [secret], print)


def test_an_administrator_who_may_not_is_told(admin: str) -> None:
    make_roles(admin, lambda: [{"username": role, "password": PASSWORDS[role]} for role in ROLES], print)
    with pytest.raises(MigrationError, match="the database roles could not be made: permission denied"):
        make_roles(as_role(admin, "premium_app"), lambda: [{"username": "premium_worker", "password": "x"}], print)


def as_role(admin: str, role: str) -> str:
    return make_conninfo(admin, user=role, password=PASSWORDS[role])
