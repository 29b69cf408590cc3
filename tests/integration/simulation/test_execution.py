"""What is simulated is what happens: seeded transactions, each executed in the block that its simulation saw."""

from __future__ import annotations

import random

import pytest

from local.evm import Evm
from tests.factories.everyday import Town, differences
from tests.integration.simulation.nodes import simulated

pytestmark = pytest.mark.integration
SHORT = 40
"""The long form is in benchmarks/security."""


def test_what_is_simulated_is_what_is_executed(evm: Evm) -> None:
    town, chance = Town.built(evm), random.Random(20261130)
    ends = []
    for _ in range(SHORT):
        step = town.one(chance)
        made = simulated(evm.url, step, variants=False, fragile=False)
        assert differences(evm, made, step) == [], step
        ends.append(made.success)
    assert True in ends
    assert False in ends
