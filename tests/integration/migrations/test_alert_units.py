"""Rules in whole units, and the way back: none may fire on another amount than its owner meant."""

from __future__ import annotations

import shutil
from pathlib import Path

import psycopg
import pytest

from local.postgres import SUPERUSER
from migrations.files import FOLDER
from migrations.runner import Runner
from tests.fixtures.databases import UrlOf
from tests.integration.migrations.test_notices import rows

pytestmark = pytest.mark.integration
OLD = """
    INSERT INTO premium_users (external_id, tier) VALUES ('ada', 'pro');
    INSERT INTO alert_rules (user_id, name, type, conditions)
        SELECT id, 'old', 'whale', '[{"field": "amount", "operator": "gte", "value": "7"}]' FROM premium_users;
"""
NEW = """
    INSERT INTO alert_rules (user_id, name, type, form, conditions)
        SELECT id, n, t, 2, c::jsonb FROM premium_users, (VALUES
        ('units', 'whale', '[{"field": "amount", "operator": "gte", "value": "1.5"}]'),
        ('base', 'whale', '[{"field": "amount_base_units", "operator": "gte", "value": "7"}]'),
        ('price', 'price', '[{"field": "price_usd", "operator": "gt", "value": "1"}]')) AS made (n, t, c);
"""
NOW = "SELECT name, enabled, conditions -> 0 ->> 'field' AS field FROM alert_rules ORDER BY name"


def test_the_way_back_switches_off_what_the_release_before_would_misread(
    empty_database: UrlOf, owner_url: str, tmp_path: Path
) -> None:
    for file in FOLDER.joinpath("premium").glob("00*.sql"):
        if file.name < "0012":
            shutil.copy(file, tmp_path)
    runner, url = Runner("premium", owner_url, tmp_path, lambda _: None), empty_database(SUPERUSER)
    runner.up()
    with psycopg.connect(url) as connection:
        connection.execute(OLD)
    for file in FOLDER.joinpath("premium").glob("0012_alert_units*.sql"):
        shutil.copy(file, tmp_path)
    runner.up()
    assert rows(url, "SELECT form FROM alert_rules") == [{"form": 1}], "as the release before writes it"
    with psycopg.connect(url) as connection:
        connection.execute(NEW)
    runner.down(1)
    found = {row["name"]: (row["enabled"], row["field"]) for row in rows(url, NOW)}
    assert found == {
        "old": (True, "amount"), "units": (False, "amount"), "base": (True, "amount"), "price": (True, "price_usd"),
    }  # fmt: skip
    assert rows(url, "SELECT 1 FROM pg_class WHERE relname = 'alert_rules' AND NOT relforcerowsecurity") == []
