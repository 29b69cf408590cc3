"""What the platform declares can be carried out by the fleet."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from premium.jobs.kinds import declared
from premium.jobs.model import RETRY_SECONDS, JobKind
from premium.jobs.queue import QUEUES
from premium.jobs.rq_queue import retry
from workers.protection import MINUTES

pytestmark = pytest.mark.unit

KINDS = sorted(declared().values(), key=lambda kind: kind.name)


def test_the_three_jobs_of_the_first_release_are_declared() -> None:
    assert declared().keys() >= {"portfolio.refresh", "tax.report", "security.scan_contract"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_names_a_queue_and_a_worker_function_and_ends_before_its_protection(kind: JobKind[Any]) -> None:
    module, _, name = kind.function.rpartition(".")
    assert callable(getattr(import_module(module), name))
    assert kind.queue in QUEUES
    assert 0 < kind.timeout_seconds < MINUTES * 60


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_backoff_is_1_2_4_8_16(kind: JobKind[Any]) -> None:
    backoff = retry(kind)
    assert backoff is not None
    assert backoff.intervals == list(RETRY_SECONDS[: kind.attempts - 1])
