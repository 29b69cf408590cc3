"""Every schedule that a service declares can be run; tests/infra/test_api.py finds its rule."""

from __future__ import annotations

import pytest

from premium.execution.schedule import schedules, task_of
from premium.jobs.kinds import declared
from premium.jobs.model import Moment
from premium.manifest import Schedule

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("schedule", schedules().values(), ids=lambda schedule: schedule.name)
def test_a_schedule_names_a_task_or_a_job_that_exists(schedule: Schedule) -> None:
    if schedule.task is not None:
        assert callable(task_of(schedule.task))
    else:
        assert issubclass(declared()[str(schedule.job)].payload, Moment)
