"""The fewest logs that the balances deny are found, and what every log of a false token costs is bounded."""

from __future__ import annotations

import time
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premium.portfolio.flows.moves import Move
from premium.portfolio.flows.phantoms import phantoms

pytestmark = pytest.mark.unit
WALLETS = ("A", "B", "C")
ENDS = st.sampled_from([*WALLETS, "x"])
LOGS = st.lists(st.tuples(ENDS, ENDS, st.integers(1, 6)), min_size=1, max_size=7)


def logged(number: int, source: str, target: str, units: int) -> Move:
    return Move(f"t{number}", 0, "log", "SCAM", source, target, units)


def gaps(moves: list[Move], wallets: frozenset[str]) -> dict[str, int]:
    """What each balance lacks of it where these never happened; the engine's sign."""
    sums = dict.fromkeys(wallets, 0)
    for move in moves:
        for wallet, units in move.effects(wallets).items():
            sums[wallet] += units
    return sums


@given(LOGS, st.sets(st.integers(0, 6)))
def test_no_fewer_logs_explain_it(made: list[tuple[str, str, int]], false: set[int]) -> None:
    wallets = frozenset(WALLETS)
    logs = [logged(number, *each) for number, each in enumerate(made)]
    wanted = gaps([log for number, log in enumerate(logs) if number in false], wallets)
    found = phantoms(wanted, logs, wallets)
    if not any(wanted.values()):
        assert found == []
        return
    assert gaps(found, wallets) == wanted
    some = (each for count in range(1, len(logs) + 1) for each in combinations(logs, count))
    fewest = next(each for each in some if gaps(list(each), wallets) == wanted)
    assert len(found) == len(fewest)


def test_a_token_that_never_moved_costs_no_search() -> None:
    """Ten thousand false logs, as poisoners of addresses write them."""
    logs = [logged(number, "A", f"x{number}", 10**18 + number) for number in range(10_000)]
    begun = time.process_time()
    found = phantoms(gaps(logs, frozenset("A")), logs, frozenset("A"))
    assert set(found) == set(logs)
    assert time.process_time() - begun < 2


def test_of_many_logs_both_ways_the_search_ends() -> None:
    ends = (("A", "x"), ("x", "A"))
    logs = [logged(number, *ends[number % 2], 10**18 + 7**number % 10**9) for number in range(400)]
    begun = time.process_time()
    assert set(phantoms(gaps(logs, frozenset("A")), logs, frozenset("A"))) == set(logs)
    assert time.process_time() - begun < 5
