"""Every schedule that a service declares can be run, and the stack has each at its own pace."""

from __future__ import annotations

import pytest

from premium.execution.schedule import schedules, task_of
from premium.jobs.kinds import declared
from premium.jobs.model import Moment
from premium.manifest import Schedule
from stacks.routes import SCHEDULED

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("schedule", schedules().values(), ids=lambda schedule: schedule.name)
def test_a_schedule_names_a_task_or_a_job_that_exists(schedule: Schedule) -> None:
    if schedule.task is not None:
        assert callable(task_of(schedule.task))
    else:
        assert issubclass(declared()[str(schedule.job)].payload, Moment)


def test_every_schedule_is_in_the_stack_at_its_own_pace() -> None:
    assert {each.task: each.every for each in SCHEDULED} == {one.name: one.every for one in schedules().values()}
