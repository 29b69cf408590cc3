"""The stack's schedules and the product's tasks are the same list."""

from __future__ import annotations

import pytest

from premium.execution.schedule import TASKS
from stacks.routes import SCHEDULED

pytestmark = pytest.mark.unit


def test_every_task_is_scheduled_at_its_own_pace() -> None:
    assert {each.task: each.every for each in SCHEDULED} == {name: task.every_minutes for name, task in TASKS.items()}
