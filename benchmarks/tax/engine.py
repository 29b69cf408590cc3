"""Our engine alone, in a process of its own, beside a bare heap loop: `engine.py FILE METHOD [bare]`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable
from decimal import Decimal, localcontext
from heapq import heappop, heappush
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

from premium.money import EXACT
from premium.tax.collector import paused
from premium.tax.document.files import read_document
from premium.tax.history.history import History
from premium.tax.history.normalised import normalise
from premium.tax.history.order import in_order
from premium.tax.matching.engines import run
from premium.tax.neutral.reader import read_rows
from premium.tax.setup import setup_of
from premium.tax.trades.block import Trades


def bare(rows: Iterable[dict[str, Any]]) -> Callable[[], int]:
    """The least that could be called FIFO: one heap an asset, decimals at 28 digits, no lots named, no rules."""
    made = [(r["timestamp"], r["type"] == "buy", r["asset"], Decimal(r["amount"]), Decimal(r["price"])) for r in rows]
    fee = Decimal("1.25")

    def loop() -> int:
        queues: dict[str, list[list[Any]]] = {}
        out = []
        for when, buys, asset, amount, price in made:
            queue = queues.setdefault(asset, [])
            if buys:
                heappush(queue, [when, amount, (amount * price + fee) / amount])
                continue
            left = amount
            while left and queue:
                lot = queue[0]
                part = min(lot[1], left)
                out.append((part, part * price - fee * part / amount, part * lot[2]))
                left -= part
                lot[1] -= part
                if not lot[1]:
                    heappop(queue)
        return len(out)

    return loop


def timed(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def alone(rows: Iterable[dict[str, Any]], method: str) -> float:
    """Seconds of the engine, on transactions that are read and in order."""
    under = setup_of("GB" if method == "section_104" else "generic", method=method)
    with localcontext(EXACT):
        read = read_rows(rows, zone=under.calendar.zone)
        trades = read.transactions
        history = History(trades if isinstance(trades, Trades) else normalise(in_order(trades), under, []))
    return timed(lambda: run(history, under))


def main(path: str, method: str) -> None:
    rows = read_document(path)["transactions"]
    with paused():
        engine = alone(rows.pieces(), method)
        # Before the bare loop, whose lists are its own.
        peak = getrusage(RUSAGE_SELF).ru_maxrss / 1024
        loop = timed(bare(rows)) if sys.argv[3:] == ["bare"] else None
    print(json.dumps({"engine": engine, "bare": loop, "mebibytes": peak}))


if __name__ == "__main__":
    main(str(Path(sys.argv[1])), sys.argv[2])
