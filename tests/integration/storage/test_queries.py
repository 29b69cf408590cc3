"""The premium database's main queries go by index, as row-level security rewrites them, for the role that asks them."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable

import psycopg
import pytest

from local.postgres import SUPERUSER
from tests.fixtures.databases import UrlOf

pytestmark = pytest.mark.integration
USERS = 300
SEVENTH = hashlib.md5(b"u7", usedforsecurity=False).hexdigest()
ROWS = """
    INSERT INTO premium_users (id, external_id, email)
        SELECT md5('u' || i)::uuid, 'user_' || i, i || '@example.org' FROM generate_series(1, {users}) i;
    INSERT INTO api_keys (user_id, name, prefix, key_hash)
        SELECT md5('u' || i)::uuid, 'key', 'pdk_', sha256(i::text::bytea) FROM generate_series(1, {users}) i;
    INSERT INTO portfolio_wallets (user_id, address)
        SELECT md5('u' || i)::uuid, 'wallet' || j FROM generate_series(1, {users}) i, generate_series(1, 10) j;
    INSERT INTO portfolio_assets (user_id, chain, asset, balance, value_usd)
        SELECT md5('u' || i)::uuid, 'ethereum', 'asset' || j, j, j
        FROM generate_series(1, {users}) i, generate_series(1, 10) j;
    INSERT INTO tax_transactions (user_id, source_key, "timestamp", type, asset, amount)
        SELECT md5('u' || i)::uuid, j::text, '2026-01-01'::timestamptz + j * interval '1 day', 'buy', 'ETH', j
        FROM generate_series(1, {users}) i, generate_series(1, 30) j;
    INSERT INTO tax_reports (user_id, job_id, year, jurisdiction, method)
        SELECT md5('u' || i)::uuid, gen_random_uuid(), 2015 + j, 'US', 'fifo'
        FROM generate_series(1, {users}) i, generate_series(1, 10) j;
    INSERT INTO security_scans (user_id, job_id, scan_type, chain, target, risk_score)
        SELECT md5('u' || i)::uuid, gen_random_uuid(), 'contract', 'ethereum', 'target', 10
        FROM generate_series(1, {users}) i, generate_series(1, 10) j;
    INSERT INTO alert_rules (id, user_id, name, type, conditions)
        SELECT md5('r' || i || '-' || j)::uuid, md5('u' || i)::uuid, 'rule', 'gas', '[{}]'
        FROM generate_series(1, {users}) i, generate_series(1, 10) j;
    INSERT INTO alert_history
        (id, user_id, alert_rule_id, rule_name, rule_type, event_id, event_data, event_time)
        SELECT md5('h' || i || '-' || j)::uuid, md5('u' || i)::uuid, md5('r' || i || '-' || j % 10 + 1)::uuid, 'rule',
               'gas', 'e' || j, '{}', now() - j * interval '1 hour'
        FROM generate_series(1, {users}) i, generate_series(1, 100) j;
    INSERT INTO notices (id, user_id, kind, key, title, text, in_app, read_at, created_at)
        SELECT id, user_id, 'alerts.fired', id, 'title', 'text', alert_rule_id = md5('r7-1')::uuid,
               CASE WHEN event_id <> 'e10' THEN now() END, event_time FROM alert_history;
    INSERT INTO notices (user_id, kind, key, title, text, in_app, read_at, created_at)
        SELECT md5('u' || i)::uuid, 'tax.report', 'r' || j, 'title', 'text', true,
               CASE WHEN j > 3 THEN now() END, now() - j * interval '1 hour'
        FROM generate_series(1, {users}) i, generate_series(1, 30) j;
    INSERT INTO notification_deliveries (user_id, notice_id, place, channel, status, ended_at)
        SELECT user_id, id, 0, 'push', 'sent', now() FROM notices WHERE kind = 'alerts.fired';
    INSERT INTO notification_destinations (user_id, channel, destination, is_account)
        SELECT md5('u' || i)::uuid, 'email', i || '@example.org', true FROM generate_series(1, {users}) i;
    UPDATE notification_deliveries SET status = 'pending', ended_at = NULL WHERE user_id = md5('u7')::uuid;
    INSERT INTO risk_scores (address, chain, risk_score)
        SELECT 'address' || i, 'ethereum', 1 FROM generate_series(1, 3000) i;
"""
PAGE = "(created_at, id) < (now(), gen_random_uuid()) ORDER BY created_at DESC, id DESC LIMIT 50"
QUERIES = {
    "keys": f"SELECT * FROM api_keys WHERE {PAGE}",  # noqa: S608 - a constant
    "wallets": f"SELECT * FROM portfolio_wallets WHERE {PAGE}",  # noqa: S608 - a constant
    "assets": "SELECT * FROM portfolio_assets ORDER BY value_usd DESC NULLS LAST, id LIMIT 50",
    "one asset": "SELECT * FROM portfolio_assets WHERE chain = 'ethereum' AND asset = 'asset1'",
    "history": 'SELECT * FROM tax_transactions ORDER BY "timestamp" DESC, id DESC LIMIT 50',
    "one transaction": "SELECT * FROM tax_transactions WHERE id = gen_random_uuid()",
    "reports": f"SELECT * FROM tax_reports WHERE {PAGE}",  # noqa: S608 - a constant
    "year": "SELECT * FROM tax_reports WHERE year = 2020 ORDER BY generated_at DESC LIMIT 1",
    "scans": f"SELECT * FROM security_scans WHERE {PAGE}",  # noqa: S608 - a constant
    "score": "SELECT * FROM risk_scores WHERE chain = 'ethereum' AND address = 'address1'",
    "rules": f"SELECT * FROM alert_rules WHERE {PAGE}",  # noqa: S608 - a constant
    "profile": "SELECT * FROM premium_users",
    "destinations": "SELECT * FROM notification_destinations ORDER BY channel, is_account",
}


@pytest.fixture(scope="module")
def url(copy_of: Callable[[str], UrlOf]) -> UrlOf:
    url = copy_of("premium")
    with psycopg.connect(url(SUPERUSER), autocommit=True) as connection:
        connection.execute(ROWS.replace("{users}", str(USERS)))
        connection.execute("ANALYZE")
    return url


def plan(connection: psycopg.Connection[tuple[str]], query: str) -> str:
    return "\n".join(line for (line,) in connection.execute("EXPLAIN " + query))


@pytest.mark.parametrize("name", QUERIES)
def test_a_users_query_goes_by_index(url: UrlOf, name: str) -> None:
    with psycopg.connect(url("premium_app")) as connection:
        connection.execute("SELECT set_config('app.current_user_id', %s, true)", (SEVENTH,))
        found = plan(connection, QUERIES[name])
    assert "Seq Scan" not in found, found
    assert "Index" in found, found


@pytest.mark.parametrize(
    ("table", "column"), [("tax_reports", "job_id"), ("security_scans", "job_id"), ("portfolio_wallets", "user_id")]
)
def test_a_workers_query_goes_by_index(url: UrlOf, table: str, column: str) -> None:
    with psycopg.connect(url("premium_worker")) as connection:
        found = plan(connection, f"SELECT * FROM {table} WHERE {column} = '{uuid.uuid4()}'")  # noqa: S608 - constants
    assert "Seq Scan" not in found, found


OF_A_RULE = "alert_rule_id = md5('r7-1')::uuid"
TOLD = "n.kind = ANY ('{alerts.fired,alerts.retracted}') AND n.key = ANY (ARRAY[md5('h7-1')::uuid::text])"
OF_AN_ALERT = f"JOIN notices n ON n.id = d.notice_id AND n.user_id = d.user_id WHERE {TOLD}"
WITH_STATUS = "EXISTS (SELECT FROM notice_deliveries(h.user_id, '{alerts.fired}', h.id::text) WHERE status = 'dead')"
DUE = "status = 'pending' AND next_attempt_at <= now() ORDER BY next_attempt_at LIMIT 500 FOR UPDATE SKIP LOCKED"
ONE = f"id = gen_random_uuid() AND user_id = '{SEVENTH}'"
UNSENT = "status IN ('dead', 'failed') AND ended_at > now() - interval '1 day' ORDER BY ended_at"
PARTITIONED = {
    "alerts": ("premium_app", "alert_history ORDER BY event_time DESC, id DESC LIMIT 50", "user_id ="),
    "of a rule": ("premium_app", f"alert_history WHERE {OF_A_RULE} ORDER BY event_time DESC", "alert_rule_id ="),
    "of an alert": ("premium_app", f"notification_deliveries d {OF_AN_ALERT}", "kind = ANY"),
    "with a status": ("premium_app", f"alert_history h WHERE {WITH_STATUS}", "key ="),
    "notices": ("premium_app", f"notices WHERE in_app AND {PAGE}", "created_at <="),
    "not read": ("premium_app", "notices WHERE in_app AND read_at IS NULL", "user_id ="),
    "to retract": ("premium_worker", "alert_history WHERE event_id = 'e1' AND retracted_at IS NULL", "event_id ="),
    "due": ("premium_worker", f"notification_deliveries WHERE {DUE}", "next_attempt_at <="),
    "named": ("premium_worker", f"notification_deliveries WHERE {ONE}", "id ="),
    "unsent": ("premium_worker", f"notification_deliveries WHERE {UNSENT}", "ended_at >"),
    "old": ("premium_worker", "notices WHERE created_at < now() - interval '13 months'", "created_at <"),
    "changes": ("premium_worker", "alert_rule_changes WHERE position > 2990 ORDER BY position", "position"),
}  # fmt: skip


@pytest.mark.parametrize("name", PARTITIONED)
def test_each_partition_has_the_index_of_a_query(url: UrlOf, name: str) -> None:
    """Empty partitions are read whole by choice, so the choice is taken away."""
    role, query, condition = PARTITIONED[name]
    with psycopg.connect(url(role)) as connection:
        connection.execute("SELECT set_config('app.current_user_id', %s, true)", (SEVENTH,))
        connection.execute("SET LOCAL enable_seqscan = off")
        found = plan(connection, f"SELECT * FROM {query}")  # noqa: S608 - constants
    assert "Seq Scan" not in found, found
    conditions = [line for line in found.splitlines() if "Index Cond" in line]
    assert conditions, found
    assert any(condition in line for line in conditions), found


def test_one_users_history_lies_in_one_partition(url: UrlOf) -> None:
    """Pruned while it runs, since the setting is not known before."""
    with psycopg.connect(url("premium_app")) as connection:
        connection.execute("SELECT set_config('app.current_user_id', %s, true)", (str(uuid.uuid4()),))
        found = plan(connection, "(ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) " + QUERIES["history"])
    assert found.count("never executed") >= 15 or "Subplans Removed: 15" in found, found
