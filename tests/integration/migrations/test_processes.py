"""Real processes: two at once, one killed in the middle, and the command as the deployment calls it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from local.postgres import OWNER, SUPERUSER
from migrations.__main__ import main
from migrations.runner import Runner

pytestmark = pytest.mark.integration
ROOT = Path(__file__).resolve().parents[3]
SLOW = "CREATE TABLE slow (n INT); SELECT pg_sleep(60);"
RUN = """
import pathlib, sys
from migrations.runner import Runner
Runner("premium", sys.argv[1], pathlib.Path(sys.argv[2]), print).up()
"""


@pytest.fixture
def command(owner_url: str, capsys: pytest.CaptureFixture[str]) -> Callable[..., list[str]]:
    """Runs the command here; the lines that it printed."""

    def run(*arguments: str) -> list[str]:
        assert main([*arguments, "--database", "premium"], {"MIGRATION_DATABASE_URL": owner_url}) == 0
        return capsys.readouterr().out.splitlines()

    return run


def test_two_at_once_apply_everything_once(owner_url: str) -> None:
    environment = {**os.environ, "MIGRATION_DATABASE_URL": owner_url}
    start = [sys.executable, "-m", "migrations", "up", "--database", "premium"]
    both = [subprocess.Popen(start, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    lines = [line for process in both for line in process.communicate(timeout=60)[0].splitlines()]
    assert [process.returncode for process in both] == [0, 0], lines
    applied = [line for line in lines if ": applied" in line]
    assert len(applied) == len(set(applied)) >= 4


def test_the_command_tells_where_it_stands_and_goes_back_and_forth(command: Callable[..., list[str]]) -> None:
    command("up")
    before, *names = command("status")
    assert before == f"premium: {len(names)} applied, 0 pending"
    command("down", "--steps", str(len(names)))
    assert command("status")[0] == f"premium: 0 applied, {len(names)} pending"
    assert command("up")[-1] == f"premium: up to date ({len(names)} applied)"


def test_the_way_back_leaves_nothing_of_ours(
    command: Callable[..., list[str]], empty_database: Callable[[str], str]
) -> None:
    command("up")
    command("down", "--steps", "99")
    with psycopg.connect(empty_database(SUPERUSER)) as connection:
        left = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname !~ '^_?_?yoyo'"
            " UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        ).fetchall()
    assert left == []


def test_without_an_address_the_command_says_which_variable_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["up"], {}) == 1
    out, error = capsys.readouterr()
    assert (out, error.count("\n")) == ("", 1)
    assert error.startswith("MIGRATION_DATABASE_SECRET_ARN is not set, nor is MIGRATION_DATABASE_URL")


def test_a_killed_run_leaves_neither_a_lock_nor_a_half(empty_database: Callable[[str], str], tmp_path: Path) -> None:
    (tmp_path / "0001_slow.sql").write_text(SLOW)
    (tmp_path / "0001_slow.rollback.sql").write_text("DROP TABLE slow;")
    process = subprocess.Popen([sys.executable, "-c", RUN, empty_database(OWNER), str(tmp_path)], cwd=ROOT)
    wait_for_sleep(empty_database(SUPERUSER))
    process.send_signal(signal.SIGKILL)
    process.wait()
    (tmp_path / "0001_slow.sql").write_text("CREATE TABLE slow (n INT);")
    began = time.monotonic()
    assert Runner("premium", empty_database(OWNER), tmp_path, lambda _: None).up() == ["0001_slow"]
    assert time.monotonic() - began < 10, "the dead run's lock was waited for"


def wait_for_sleep(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(200):
            query = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
            )
            if connection.execute(query).fetchone() == (1,):
                return
            time.sleep(0.05)
    raise AssertionError("the migration did not get to its sleep")
