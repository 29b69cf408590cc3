"""The rights of each role are those that `rights/` lists; a new grant is a change there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local.postgres import SUPERUSER

pytestmark = pytest.mark.integration

RIGHTS = Path(__file__).parent / "rights"
"""A file a service: database → role → table or `function()` → rights."""
_RELATIONS = """
    SELECT c.relname, x.privilege_type, NULL FROM pg_class c, aclexplode(c.relacl) x
    WHERE c.relnamespace = 'public'::regnamespace AND x.grantee = ANY (%(roles)s::regrole[])
    UNION ALL
    SELECT c.relname, x.privilege_type, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid,
         aclexplode(a.attacl) x
    WHERE c.relnamespace = 'public'::regnamespace AND x.grantee = ANY (%(roles)s::regrole[])
"""
_FUNCTIONS = """
    SELECT DISTINCT p.proname FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x
    WHERE p.pronamespace = 'public'::regnamespace AND x.grantee IN (0, %s::regrole)
"""


@pytest.mark.parametrize("database", ["premium", "timeseries"])
@pytest.mark.parametrize("role", ["premium_app", "premium_worker"])
def test_a_role_has_the_listed_rights_and_no_other(postgres_session: Any, database: str, role: str) -> None:
    with psycopg.connect(postgres_session.url(database, SUPERUSER)) as connection:
        found = written(connection.execute(_RELATIONS, {"roles": [role]}).fetchall())
        functions = {f"{row[0]}()": "EXECUTE" for row in connection.execute(_FUNCTIONS, (role,))}
    assert found | functions == listed(database, role)


def test_roles_neither_bypass_nor_own_nor_belong_to_more(postgres_session: Any) -> None:
    query = """
        SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
               (SELECT count(*) FROM pg_auth_members WHERE member = r.oid),
               (SELECT count(*) FROM pg_class WHERE relowner = r.oid)
        FROM pg_roles r WHERE rolname IN ('premium_app', 'premium_worker')
    """
    for database in ("premium", "timeseries"):
        with psycopg.connect(postgres_session.url(database, SUPERUSER)) as connection:
            assert connection.execute(query).fetchall() == [(False, False, False, False, 0, 0)] * 2


def test_definer_functions_pin_their_search_path(postgres_session: Any) -> None:
    query = """
        SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace
        AND NOT coalesce(array_to_string(proconfig, ';') ~ 'search_path=(pg_catalog|public), pg_temp(;|$)', false)
    """
    for database in ("premium", "timeseries"):
        with psycopg.connect(postgres_session.url(database, SUPERUSER)) as connection:
            assert connection.execute(query).fetchall() == []


def test_nobody_else_may_connect_or_create(postgres_session: Any) -> None:
    for role in ("premium_app", "premium_worker"):
        for database in ("premium", "timeseries"):
            url = postgres_session.url(database, role)
            with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE TABLE mine (n INT)")


@pytest.fixture(scope="module")
def two_users(copy_of: Callable[[str], Callable[[str], str]]) -> Callable[[str], str]:
    """A database with the users a and b, and a wallet of each."""
    url = copy_of("premium")
    with psycopg.connect(url(SUPERUSER)) as connection:
        connection.execute("INSERT INTO premium_users (external_id) VALUES ('a'), ('b')")
        connection.execute("INSERT INTO portfolio_wallets (user_id, address) SELECT id, external_id FROM premium_users")
    return url


def test_the_worker_serves_all_users(two_users: Callable[[str], str]) -> None:
    with psycopg.connect(two_users("premium_worker")) as connection:
        assert connection.execute("SELECT count(*) FROM portfolio_wallets").fetchone() == (2,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied for table portfolio_wallets"):
            connection.execute("DELETE FROM portfolio_wallets")


def test_a_worker_that_serves_one_user_is_confined_to_him(two_users: Callable[[str], str]) -> None:
    asset = "INSERT INTO portfolio_assets (user_id, chain, asset, balance) VALUES (%s, 'ethereum', 'ETH', 1)"
    with psycopg.connect(two_users("premium_worker")) as connection:
        users = dict(connection.execute("SELECT external_id, id FROM premium_users").fetchall())
        connection.execute("SELECT set_config('app.current_user_id', %s, true)", (str(users["a"]),))
        assert connection.execute("SELECT external_id FROM premium_users").fetchall() == [("a",)]
        assert connection.execute("SELECT address FROM portfolio_wallets").fetchall() == [("a",)]
        connection.execute(asset, (users["a"],))
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            connection.execute(asset, (users["b"],))


def listed(database: str, role: str) -> dict[str, str]:
    """What the files of all services say."""
    files = [json.loads(path.read_text()) for path in sorted(RIGHTS.glob("*.json"))]
    parts = [file.get(database, {}).get(role, {}) for file in files]
    whole = {name: rights for part in parts for name, rights in part.items()}
    assert len(whole) == sum(map(len, parts)), "two files list one table"
    return whole


def written(rights: list[tuple[str, str, str | None]]) -> dict[str, str]:
    """`{"table": "INSERT, SELECT, UPDATE (a, b)"}`, in order of the alphabet."""
    tables: dict[str, dict[str, set[str]]] = {}
    for table, verb, column in rights:
        tables.setdefault(table, {}).setdefault(verb, set()).update([column] if column else [])
    return {
        table: ", ".join(
            f"{verb} ({', '.join(sorted(columns))})" if columns else verb for verb, columns in sorted(verbs.items())
        )
        for table, verbs in tables.items()
    }
