"""Deliveries and destinations of a stage survive the move to notices, and the way back."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from local.postgres import SUPERUSER
from migrations.files import FOLDER
from migrations.runner import Runner
from tests.fixtures.databases import UrlOf

pytestmark = pytest.mark.integration
BEFORE = """
    INSERT INTO premium_users (external_id, email, tier) VALUES ('ada', 'ada@example.org', 'pro'), ('bob', NULL, 'pro');
    INSERT INTO alert_destinations (user_id, channel, destination)
        SELECT id, 'email', 'other@example.org' FROM premium_users WHERE external_id = 'ada';
    INSERT INTO alert_history
        (user_id, alert_rule_id, rule_name, rule_type, event_id, event_data, event_time, retracted_at)
        SELECT id, gen_random_uuid(), 'ETH', 'price', 'e' || n,
               '{"asset": "ETH", "price_usd": "1.50", "pool": {"fee": 5}}',
               '2026-11-20T12:00:00.5Z', CASE n WHEN 2 THEN timestamptz '2026-11-20T12:01:00Z' END
        FROM premium_users, generate_series(1, 3) n WHERE external_id = 'ada';
    INSERT INTO notification_deliveries
        (user_id, history_id, event_time, notice, action, channel, destination, template, status, attempts,
         last_error, ended_at)
        SELECT user_id, id, event_time, 'fired', 0, 'webhook', 'https://example.org',
               '{{pool.fee}} {{asset}} {{nothing}}!', 'pending', 2, 'away', NULL::timestamptz
        FROM alert_history WHERE event_id = 'e1'
        UNION ALL SELECT user_id, id, event_time, 'fired', 1, 'push', 'token', NULL, 'sent', 1, NULL, now()
        FROM alert_history WHERE event_id IN ('e1', 'e2')
        UNION ALL SELECT user_id, id, event_time, 'retracted', 1, 'push', 'token', NULL, 'dead', 6, 'no', now()
        FROM alert_history WHERE event_id = 'e2';
"""
OLD = """
    SELECT id, user_id, notice, action, channel, destination, status, attempts, last_error
    FROM notification_deliveries ORDER BY id
"""
UNGUARDED = """
    SELECT relname FROM pg_class WHERE relname ~ '^(notices|notification|alert_history|alert_dest)'
    AND relkind IN ('r', 'p') AND NOT (relrowsecurity AND relforcerowsecurity)
"""
MOVED = """
    SELECT h.event_id, n.kind, n.title, n.text, d.text AS own, d.status, d.attempts, d.last_error, d.destination,
           n.data, n.withdrawn_at IS NOT NULL AS withdrawn, n.in_app
    FROM notices n JOIN notification_deliveries d ON d.notice_id = n.id AND d.user_id = n.user_id
    JOIN alert_history h ON h.id::text = n.key ORDER BY h.event_id, n.kind, d.place
"""


def rows(url: str, query: str) -> list[dict[str, Any]]:
    with psycopg.connect(url, row_factory=dict_row) as connection:
        return connection.execute(query.encode()).fetchall()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The migrations up to the one before notices."""
    for file in FOLDER.joinpath("premium").glob("000*.sql"):
        shutil.copy(file, tmp_path)
    return tmp_path


def test_what_is_there_moves_and_comes_back(empty_database: UrlOf, owner_url: str, folder: Path) -> None:
    runner, url = Runner("premium", owner_url, folder, lambda _: None), empty_database(SUPERUSER)
    runner.up()
    with psycopg.connect(url) as connection:
        connection.execute(BEFORE)
    before = rows(url, OLD)
    for file in FOLDER.joinpath("premium").glob("0010_notices*.sql"):
        shutil.copy(file, folder)
    runner.up()
    pending, sent, told, back = rows(url, MOVED)
    assert (pending["title"], pending["text"], pending["own"]) == ("ETH", "ETH: ETH is at 1.50 USD", "5 ETH n/a!")
    assert (pending["status"], pending["attempts"], pending["last_error"]) == ("pending", 2, "away")
    assert (sent["kind"], sent["own"], sent["withdrawn"], sent["in_app"]) == ("alerts.fired", None, False, False)
    assert (told["event_id"], told["withdrawn"], told["data"]["retractedAt"]) == ("e2", True, "2026-11-20T12:01:00Z")
    assert (back["kind"], back["title"], back["status"]) == ("alerts.retracted", "Retracted: ETH", "dead")
    assert back["text"].startswith("Retracted: the chain took back the event n/a")
    assert (sent["data"]["eventTime"], sent["data"]["type"]) == ("2026-11-20T12:00:00.500000Z", "alert")
    found = rows(url, "SELECT destination, is_account FROM notification_destinations ORDER BY is_account")
    assert [(row["destination"], row["is_account"]) for row in found] == [
        ("other@example.org", False), ("ada@example.org", True),
    ]  # fmt: skip
    assert rows(url, UNGUARDED) == []
    runner.down(1)
    assert rows(url, OLD) == before
    (template,) = rows(url, "SELECT template FROM notification_deliveries WHERE template IS NOT NULL")
    assert template == {"template": "5 ETH n/a!"}
    (left,) = rows(url, "SELECT destination FROM alert_destinations")
    assert left == {"destination": "other@example.org"}
    assert rows(url, UNGUARDED) == []
    assert runner.up() == ["0010_notices"]
    assert len(rows(url, MOVED)) == 4
