"""A history folds behind its first pass and is the same afterwards."""

from __future__ import annotations

from decimal import Decimal

import pytest

from premium.money import ZERO
from premium.tax.history.history import BLOCK, History
from premium.tax.model import PLAIN, More, Transaction

pytestmark = pytest.mark.unit
AMOUNTS = ("1", "1.50", "1E+3", "1E-18", "0.000", "7" * 90, "-0")


def transactions(count: int) -> list[Transaction]:
    return [
        Transaction(
            f"t {at}",
            at * 7 - 10**15,
            "buy",
            "BTC",
            Decimal(AMOUNTS[at % len(AMOUNTS)]),
            None if at % 3 else Decimal(at),
            ZERO,
            "ä wallet",
            More(kind="staking") if at == BLOCK + 1 else PLAIN,
        )
        for at in range(count)
    ]


@pytest.mark.parametrize("count", [0, 1, BLOCK, 2 * BLOCK + 5])
def test_every_pass_gives_what_the_first_one_gave(count: int) -> None:
    made = transactions(count)
    history = History(made)
    assert made == [], "nothing else keeps what is to be folded"
    wanted = transactions(count)
    for _ in range(2):
        assert list(map(repr, history)) == list(map(repr, wanted)), "to the last zero of a decimal"
    assert len(history) == count
    assert history[: count // 2] == wanted[: count // 2]
    assert [history[at] for at in range(-count, 0)] == wanted
    with pytest.raises(IndexError):
        history[count]


def test_transactions_are_found_by_their_ids() -> None:
    history = History(transactions(BLOCK + 3))
    by_id = history.by_id()
    assert by_id.get(f"t {BLOCK + 1}") == transactions(BLOCK + 2)[-1]
    assert (by_id.get("t"), by_id.get(None)) == (None, None)
