"""The rights of each role, listed: what is not written here nobody has. A new grant is a change of this file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from local.postgres import SUPERUSER

pytestmark = pytest.mark.integration

APPLICATION = {
    "alert_batches": "INSERT (events, id, shard)",
    "alert_history": "INSERT, SELECT",
    "alert_rules": (
        "DELETE, INSERT, SELECT, UPDATE (actions, conditions, cooldown_seconds, enabled, hysteresis, name,"
        " signing_secret, trigger, type, updated_at, version)"
    ),
    "api_keys": "DELETE, INSERT, SELECT, UPDATE (last_used_at, name, revoked_at, scopes)",
    "portfolio_assets": "SELECT",
    "portfolio_wallets": "DELETE, INSERT, SELECT, UPDATE",
    "notices": "INSERT, SELECT, UPDATE (read_at)",
    "notification_deliveries": "INSERT, SELECT",
    "notification_destinations": "DELETE, INSERT, SELECT, UPDATE",
    "premium_users": (
        "INSERT (email, external_id, id, tier), SELECT, UPDATE (email, last_active, tier, updated_at, wallet_address)"
    ),
    "risk_scores": "SELECT",
    "security_scans": "SELECT",
    "tax_reports": "SELECT",
    "tax_transactions": "DELETE, INSERT, SELECT, UPDATE",
}
WORKER = {
    "alert_batches": "INSERT (events, id, shard), SELECT, UPDATE (error, events, failed_at, matched_at)",
    "alert_cooldowns": "INSERT, SELECT, UPDATE (changed_at, fired_at)",
    "alert_disarmed": "DELETE, INSERT, SELECT",
    "alert_events": "INSERT, SELECT, UPDATE (retracted_at)",
    "alert_history": "INSERT, SELECT, UPDATE (retracted_at)",
    "alert_levels": "INSERT, SELECT, UPDATE (event)",
    "alert_rule_changes": "SELECT",
    "alert_rules": "SELECT",
    "alert_shards": "INSERT, SELECT, UPDATE (epoch, expires_at, heir, heir_until, is_deputy, owner)",
    "chain_blocks": "DELETE, INSERT, SELECT, UPDATE (events, hash)",
    "notices": "INSERT, SELECT, UPDATE (withdrawn_at)",
    "notification_deliveries": (
        "INSERT, SELECT, UPDATE (attempts, ended_at, give_up_at, last_error, next_attempt_at, status)"
    ),
    "notification_destinations": "SELECT",
    "portfolio_assets": "DELETE, INSERT, SELECT, UPDATE",
    "portfolio_wallets": "SELECT",
    "premium_users": "SELECT",
    "risk_scores": "INSERT, SELECT, UPDATE",
    "security_scans": "INSERT, SELECT",
    "tax_reports": "INSERT, SELECT",
    "tax_transactions": "INSERT, SELECT, UPDATE (cost_basis, gain_loss, price)",
    "tax_wallet_reads": "INSERT, SELECT, UPDATE (first_block, next_block, updated_at)",
}
TIMESERIES_APPLICATION = {
    "my_portfolio_daily": "SELECT",
    "my_portfolio_snapshots": "SELECT",
    "my_portfolio_weekly": "SELECT",
}
TIMESERIES_WORKER = {
    "portfolio_snapshots": "INSERT, SELECT",
    "portfolio_snapshots_daily": "SELECT",
    "portfolio_snapshots_weekly": "SELECT",
    "price_history": "INSERT, SELECT",
}
FUNCTIONS = {
    ("premium", "premium_app"): {
        "alert_bucket",
        "api_key_by_hash",
        "notice_deliveries",
        "user_by_external_id",
        "user_tier",
    },
    ("premium", "premium_worker"): {"maintain_alerts", "maintain_notices", "prune_alert_batches", "user_tier"},
    ("timeseries", "premium_app"): set(),
    ("timeseries", "premium_worker"): {"maintain_timeseries"},
}
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


@pytest.mark.parametrize(
    ("database", "role", "listed"),
    [
        ("premium", "premium_app", APPLICATION),
        ("premium", "premium_worker", WORKER),
        ("timeseries", "premium_app", TIMESERIES_APPLICATION),
        ("timeseries", "premium_worker", TIMESERIES_WORKER),
    ],
)
def test_a_role_has_the_listed_rights_and_no_other(
    postgres_session: Any, database: str, role: str, listed: dict[str, str]
) -> None:
    with psycopg.connect(postgres_session.url(database, SUPERUSER)) as connection:
        found = connection.execute(_RELATIONS, {"roles": [role]}).fetchall()
        functions = {row[0] for row in connection.execute(_FUNCTIONS, (role,))}
    assert written(found) == listed
    assert functions == FUNCTIONS[database, role]


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
