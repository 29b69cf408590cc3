"""`python -m benchmarks.alerts [--quick]`: the matcher beside naive evaluation and a DuckDB join.

Times are CPU seconds of a workload's one process, because others must not count; DuckDB gets one thread. Naive
evaluation is timed on a sample and scaled by its number of checks, which is said where it is printed.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context
from time import process_time
from typing import Any

import click
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.alerts import workload
from premium.alerts.language.evaluation import holds
from premium.alerts.language.rule import Rule, parse
from premium.alerts.matcher.matcher import Matcher

BATCH = 10_000
EDITED_BATCH = 2_000
"""Events between edits: at 500,000 a second a rule waits four milliseconds to be seen."""
EDITS_A_SECOND = 10_000
NAIVE_CHECKS = 300_000

Event = dict[str, Any]


class Run:
    """One workload's rules and events, and the rows that its measurements add to the table."""

    def __init__(self, raw: Sequence[Event], events: list[Event]) -> None:
        self.raw, self.events = raw, events
        self.rows: list[tuple[str, ...]] = []

    def load(self) -> Matcher:
        gc.collect()
        begun, before = process_time(), _resident()
        matcher = Matcher(rule for one in self.raw if (rule := parse(one)) is not None)
        took = process_time() - begun
        gc.collect()
        gc.freeze()
        size = f"{_resident() - before:,.0f} MiB"
        self.row("load: parse and index", f"{took:.1f} s", f"{len(self.raw) / took:,.0f} rules/s", size)
        return matcher

    def match(self, matcher: Matcher, what: str = "match") -> int:
        """Median over the batches, ids produced."""
        took, fired = [], Counter[str]()
        for start in range(0, len(self.events), BATCH):
            batch = self.events[start : start + BATCH]
            begun = process_time()
            places, slots = matcher.match(batch)
            ids = matcher.ids(slots)
            took.append(process_time() - begun)
            assert len(ids) == len(places)  # noqa: S101 - what is counted was made
            fired.update(batch[place]["kind"] for place in places.tolist())
        rate = BATCH / sorted(took)[len(took) // 2]
        whole, matches = len(self.events) / sum(took), fired.total()
        each, checks = f"{matches / len(self.events):.1f} matches an event", rate * 60 * len(self.raw)
        note = f"{each}{self._by_kind(fired)}; {checks:.2g} naive checks a minute"
        self.row(what, f"{sum(took):.2f} s", f"{rate:,.0f} events/s (all: {whole:,.0f})", note)
        return matches

    def _by_kind(self, fired: Counter[str]) -> str:
        counted = Counter(event["kind"] for event in self.events)
        shown = ", ".join(f"{kind} {fired[kind] / count:.1f}" for kind, count in counted.items())
        return f" ({shown})" if len(counted) > 1 else ""

    def edit(self, matcher: Matcher) -> None:
        """Match while EDITS_A_SECOND rules are made, replaced and deleted."""
        edits = self._edits()
        took: list[float] = []
        begun = process_time()
        for start in range(0, len(self.events), EDITED_BATCH):
            matcher.ids(matcher.match(self.events[start : start + EDITED_BATCH])[1])
            while len(took) < EDITS_A_SECOND * (process_time() - begun):
                named, rule = edits[len(took)]
                one = process_time()
                matcher.put(rule) if rule is not None else matcher.forget(named)
                took.append(process_time() - one)
        whole, done = process_time() - begun, len(took)
        at_once, slowest = sorted(took)[done * 99 // 100] * 1e6, max(took) * 1e3
        note = f"{done:,} edits, {done / sum(took):,.0f}/s alone; p99 {at_once:.0f} µs, slowest {slowest:.1f} ms"
        rate = f"{len(self.events) / whole:,.0f} events/s"
        self.row(f"match at {done / whole:,.0f} edits/s", f"{whole:.2f} s", rate, note)

    def _edits(self) -> list[tuple[str, Rule | None]]:
        """Return edits: a third each replace, make and delete a rule.

        They are parsed before, as the change feed is.
        """
        made: list[tuple[str, Rule | None]] = []
        for number, one in enumerate(self.raw[: 3 * EDITS_A_SECOND]):
            replaced, new = one | {"conditions": self.raw[-1 - number]["conditions"]}, one | {"id": f"new-{number}"}
            if replaced["type"] == self.raw[-1 - number]["type"]:
                made.append((replaced["id"], parse(replaced)))
            made += [(new["id"], parse(new)), (new["id"], None)]
        return made

    def naive(self) -> None:
        """Every rule against an event, on a sample."""
        rules = [rule for one in self.raw[: NAIVE_CHECKS // 20] if (rule := parse(one)) is not None]
        begun = process_time()
        for event in self.events[:20]:
            for rule in rules:
                holds(rule, event)
        each = (process_time() - begun) / (20 * len(rules))
        took = each * len(self.raw) * len(self.events)
        self.row(
            "naive (extrapolated)",
            f"{took:,.0f} s",
            f"{len(self.events) / took:,.2f} events/s",
            f"{each * 1e9:.0f} ns a check",
        )

    def duckdb(self, wanted: int) -> None:
        """The same matches by a join of columns; the rules are in its tables before."""
        if find_spec("duckdb") is None:
            self.row("DuckDB join, one thread", "", "", "duckdb is not installed")
            return
        from benchmarks.alerts import duck  # noqa: PLC0415  # the rest is worth running without it

        took, matches = duck.join(self.raw, self.events)
        note = f"{matches:,} matches, {'the same' if matches == wanted else f'not the {wanted:,} of the matcher'}"
        self.row("DuckDB join, one thread", f"{took:.2f} s", f"{len(self.events) / took:,.0f} events/s", note)

    def row(self, *cells: str) -> None:
        self.rows.append(cells)


def _resident() -> float:
    """MiB in memory now."""
    return float(psutil.Process().memory_info().rss) / 2**20


@click.command()
@click.option("--quick", is_flag=True, help="A tenth of the rules and events.")
def main(quick: bool) -> None:
    """Print a table; two minutes or three, and up to 3 GiB with the workload itself."""
    rules, events = (125_000, 20_000) if quick else (1_250_000, 100_000)
    table = Table("workload", "what", "CPU time", "rate", "", title=f"{rules:,} rules, {events:,} events")
    for name in ("price, level", "price, edge", "mix"):
        # A process for each: memory that another has used and given back would not be counted.
        with ProcessPoolExecutor(1, get_context("fork")) as process:
            for row in process.submit(measured, name, rules, events).result():
                table.add_row(name, *row)
        table.add_section()
    Console(width=150).print(table)


def measured(name: str, rules: int, events: int) -> list[tuple[str, ...]]:
    """The rows of a workload.

    The first third of its events meets most series for the first time, the second as a service does that has run for a
    while; the last is for the edits.
    """
    kind, _, trigger = name.partition(", ")
    raw = workload.mixed_rules(rules, 3) if kind == "mix" else workload.price_rules(rules, 1, trigger=trigger)
    fed = (workload.mixed_events if kind == "mix" else workload.price_events)(3 * events, 2, rules)
    run = Run(raw, fed[:events])
    matcher = run.load()
    matches = run.match(matcher, "match, series new")
    run.naive()
    if trigger != "edge":
        run.duckdb(matches)
    run.events = fed[events : 2 * events]
    run.match(matcher, "match, series known")
    run.events = fed[2 * events :]
    run.edit(matcher)
    return run.rows


if __name__ == "__main__":
    main()
