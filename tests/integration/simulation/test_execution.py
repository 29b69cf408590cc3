"""What is simulated is what happens: seeded transactions, each executed in the block that its simulation saw."""

from __future__ import annotations

import random

import pytest

from local.evm import Evm
from tests.factories.everyday import Town, differences
from tests.factories.everyday.wallets import key_of
from tests.integration.simulation.nodes import simulated

pytestmark = pytest.mark.integration
SHORT = 80
"""The long form is in benchmarks/security."""


def test_what_is_simulated_is_what_is_executed(evm: Evm) -> None:
    town, chance = Town.built(evm), random.Random(20261130)
    ends: dict[str | None, set[bool]] = {}
    for _ in range(SHORT):
        step = town.one(chance)
        made = simulated(evm.url, step, variants=False, fragile=False)
        assert differences(evm, made, step) == [], step
        ends.setdefault(step.to, set()).add(made.success)
    assert set().union(*ends.values()) == {True, False}
    wallets = town.wallets
    own = key_of(wallets.smart).address.lower()
    assert all(True in ends[to] for to in (wallets.safe, wallets.entry, wallets.pair, own, town.shares, town.taxed))
