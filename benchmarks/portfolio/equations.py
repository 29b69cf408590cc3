"""Closes the balance equation of generated histories, and counts what was lost, doubled, invented or misnamed.

The long form of `tests/unit/portfolio/test_reconcile.py`: `python -m benchmarks.portfolio.equations 1000000` makes so
many transactions, in histories of 500; a second number makes the histories shorter (`1000000 1`: as many histories),
a third begins at that seed, so that the work can be done in pieces.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter

from premium.cases import answer
from premium.portfolio.flows.cases import KINDS
from tests.unit.portfolio.histories import made, shuffled

_A_HISTORY = 500


def main(transactions: int, length: int = _A_HISTORY, first: int = 0) -> None:
    """Print how many of so many transactions were told otherwise than they were made."""
    wrong, kinds, spent, open_equations = Counter[str](), Counter[str](), 0.0, 0
    histories = -(-transactions // length)
    for seed in range(first, first + histories):
        case, truth = made(seed, length)
        if seed % 20 == 0:
            case = shuffled(random.Random(seed), case)
        text = json.dumps(case)
        begun = time.process_time()
        found = json.loads(answer(text, KINDS))
        spent += time.process_time() - begun
        rows = [flow for flow in found["flows"] if flow["tx"]]
        told = {(flow["tx"], flow["index"], flow["wallet"]): flow["kind"] for flow in rows}
        kinds.update(told.values())
        open_equations += sum(row["unexplained"] != "0" for row in found["equation"])
        wrong["lost"] += len(truth.keys() - told.keys())
        wrong["invented"] += len(told.keys() - truth.keys())
        wrong["doubled"] += len(rows) - len(told)
        wrong["misnamed"] += sum(told[key] != kind for key, kind in truth.items() if key in told)
    count = f"{histories * length:,} transactions in {histories:,} histories"
    print(f"{count}, {sum(kinds.values()):,} flows in {spent:.0f} s of CPU")
    print(", ".join(f"{kind} {count:,}" for kind, count in sorted(kinds.items())))
    print(f"equations open: {open_equations}; " + ", ".join(f"{name}: {count}" for name, count in wrong.items()))


if __name__ == "__main__":
    main(*(map(int, sys.argv[1:]) if len(sys.argv) > 1 else [100_000]))
