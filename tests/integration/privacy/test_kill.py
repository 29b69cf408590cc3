"""The eraser is killed (SIGKILL, a process each) at points between its places: the next goes on, once."""

from __future__ import annotations

import signal
import time

import psycopg
import pytest

from local.postgres import SUPERUSER
from premium.bootstrap import Platform
from premium.privacy.receipts import receipts
from premium.privacy.service import Erasures
from tests.factories.killed import LEASE_SECONDS, work
from tests.fixtures.platform import AddUser
from tests.fixtures.postgres import Databases

# Each spawns processes, which take seconds to begin on a busy machine.
pytestmark = [pytest.mark.integration, pytest.mark.chaos, pytest.mark.timeout(400)]


@pytest.mark.parametrize("point", ["begun", "first_write", "receipt", "before_commit", "told"])
def test_the_eraser(platform: Platform, add_user: AddUser, postgres: Databases, point: str) -> None:
    user, other = add_user(email="ada@example.org"), add_user(email="bob@example.org")
    erasures = Erasures.of_operator(platform)
    asked = erasures.ask(user, by="operator", at_once=True, request_id="req_kill")
    job = erasures.start(asked.id, request_id="req_kill")
    assert work(job, point=point) == -signal.SIGKILL
    time.sleep(LEASE_SECONDS + 0.5)
    assert work(job) == 0
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        found = connection.execute("SELECT id FROM premium_users WHERE erased_at IS NULL").fetchall()
        done = connection.execute("SELECT finished_at IS NOT NULL FROM erasures").fetchall()
    assert (found, done) == ([(other,)], [(True,)])
    assert [each.id for each in receipts(platform) if each.id == asked.id] == [asked.id]
