"""What the fleet is told on its command line."""

from __future__ import annotations

import pytest

from premium.config import ConfigurationError
from premium.jobs.queue import QUEUES
from stacks.terms.classes import classes
from workers.queues import Pace, checked

pytestmark = pytest.mark.unit


def test_queues_keep_their_order() -> None:
    assert checked("tax, aggregation") == ("tax", "aggregation")


@pytest.mark.parametrize("names", ["", " , ", "taxes", "tax,none"])
def test_a_queue_that_nobody_fills_is_refused(names: str) -> None:
    with pytest.raises(ConfigurationError, match="unknown queue"):
        checked(names)


@pytest.mark.parametrize("wrong", [{"heartbeat": 0}, {"grace": -1}, {"maintenance": 0}])
def test_a_pace_below_a_second_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ConfigurationError):
        Pace(**wrong)


def test_every_queue_has_a_service_that_works_on_it() -> None:
    assert {each.name for each in classes()} == set(QUEUES)
