"""Processes of the intake and of the job are killed at each named point: the end is that of one that lived."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from uuid import UUID

import pytest

from premium.audit.service import AuditLog, Bounds
from premium.billing.jobs import UPKEEP
from premium.billing.service import Webhooks
from premium.billing.store.outbox import Outbox
from premium.billing.work.entries import note_events
from premium.billing.work.events import apply_event, upkeep
from premium.billing.work.outbox import empty_outbox
from premium.bootstrap import Platform
from premium.execution.chaos import VARIABLE
from tests.fixtures.platform import AddUser
from tests.integration.billing.desks import work
from tests.integration.billing.reading import Rows
from tests.unit.billing.payloads import START, stripe, subscription

pytestmark = [pytest.mark.integration, pytest.mark.chaos]
INTAKE = """
import json, os, signal, sys
from premium.billing import intake
from premium.billing.service import Webhooks
from premium.bootstrap import platform
if sys.argv[2] == "stored":
    Webhooks.apply = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
Webhooks._checked = lambda self, by, headers, body: intake._event(by, body)
Webhooks.of(platform()).take("stripe", {}, sys.argv[1].encode(), asked={"request_id": "req_x"})
"""
JOB = """
import sys
from uuid import UUID
from premium.billing.jobs import APPLY
from premium.billing.work.events import apply
from premium.bootstrap import platform
from premium.execution.runtime import carry_out
carry_out(APPLY, apply.__wrapped__, UUID(sys.argv[1]), platform())
"""


def run(program: str, *arguments: str, point: str = "") -> int:
    environment = {**os.environ, VARIABLE: point}
    done = subprocess.run([sys.executable, "-c", program, *arguments], env=environment, check=False, timeout=60)
    return done.returncode


def paid(user: UUID) -> str:
    return json.dumps(stripe("customer.subscription.created", START, subscription(user=str(user)), f"evt_{user.hex}"))


def tell_all(platform: Platform) -> None:
    note_events(platform, point=lambda _: None)
    empty_outbox(platform, point=lambda _: None)


def ends_well(platform: Platform, rows: Rows) -> None:
    assert rows("SELECT tier FROM premium_users") == [{"tier": "pro"}]
    assert rows("SELECT status FROM subscriptions") == [{"status": "active"}]
    assert rows("SELECT state FROM webhook_events") == [{"state": "applied"}]
    assert Outbox(platform.worker_database).waiting() == 0
    assert rows("SELECT title FROM notices WHERE kind LIKE 'billing.%'") == [{"title": "Your plan is pro"}]


def test_an_intake_that_dies_before_its_job_is_followed_by_the_upkeep(
    platform: Platform, add_user: AddUser, rows: Rows
) -> None:
    user = add_user(tier="free", email="ada@example.org")
    assert run(INTAKE, paid(user), "stored") == -signal.SIGKILL
    assert rows("SELECT state FROM webhook_events") == [{"state": "received"}]
    rows("UPDATE webhook_events SET received_at = now() - interval '1 minute'")
    assert work(platform, UPKEEP, upkeep)["applied"] == 1, "a job is on its way"
    (event,) = Webhooks.of_operator(platform).page(state="received")
    apply_event(platform, "stripe", event.event_id)
    tell_all(platform)
    ends_well(platform, rows)


@pytest.mark.parametrize("point", ["taken", "committed", "entered", "published", "audited", "told"])
def test_a_job_that_dies_anywhere_is_followed_to_the_same_end(
    platform: Platform, add_user: AddUser, rows: Rows, point: str
) -> None:
    user = add_user(tier="free", email="ada@example.org")
    assert run(INTAKE, paid(user), "") == 0
    (event,) = Webhooks.of_operator(platform).page()
    record = Webhooks.of_operator(platform).apply("stripe", event.event_id, request_id="req_x")
    assert run(JOB, str(record.id), point=point) == -signal.SIGKILL
    apply_event(platform, "stripe", event.event_id)
    tell_all(platform)
    ends_well(platform, rows)
    day = AuditLog.of(platform).of_day(event.received_at.date(), Bounds(limit=1000))
    told = [each for each in day if each.id == event.id]
    assert [(each.name, each.outcome) for each in told] == [("webhook applied", "done")]
