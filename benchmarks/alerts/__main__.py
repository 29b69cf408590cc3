"""`python -m benchmarks.alerts [--quick]`: the matcher beside naive evaluation and a DuckDB join, in one run.

Times are CPU seconds of this one process, because other processes must not count; DuckDB gets one thread. Naive
evaluation is timed on a sample and scaled by its number of checks, which is said where it is printed.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from importlib.util import find_spec
from time import process_time
from typing import Any

import click
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.alerts import workload
from premium.alerts.evaluate import holds
from premium.alerts.matcher import Matcher
from premium.alerts.rule import Rule, parse

BATCH = 10_000
EDITS_A_BATCH = 1_000
NAIVE_CHECKS = 300_000

Event = dict[str, Any]


class Run:
    """One workload's matcher, and the rows that it adds to the table."""

    def __init__(self, name: str, raw: Sequence[dict[str, Any]], events: list[Event], table: Table) -> None:
        self.name, self.raw, self.events, self.table = name, raw, events, table

    def load(self) -> Matcher:
        gc.collect()
        gc.unfreeze()
        begun, before = process_time(), _resident()
        matcher = Matcher(rule for one in self.raw if (rule := parse(one)) is not None)
        took = process_time() - begun
        gc.collect()
        gc.freeze()
        size = f"{_resident() - before:,.0f} MiB"
        self.row("load: parse and index", f"{took:.1f} s", f"{len(self.raw) / took:,.0f} rules/s", size)
        return matcher

    def match(self, matcher: Matcher) -> int:
        """Median over the batches, ids produced; the first batch meets every series for the first time."""
        took, matches = [], 0
        for start in range(0, len(self.events), BATCH):
            begun = process_time()
            _, slots = matcher.match(self.events[start : start + BATCH])
            matches += len(matcher.ids(slots))
            took.append(process_time() - begun)
        rate = BATCH / sorted(took)[len(took) // 2]
        whole = len(self.events) / sum(took)
        checks = rate * 60 * len(self.raw)
        note = f"{matches / len(self.events):.1f} matches an event; {checks:.2g} naive checks a minute"
        self.row("match", f"{sum(took):.2f} s", f"{rate:,.0f} events/s (all: {whole:,.0f})", note)
        return matches

    def edit(self, matcher: Matcher) -> None:
        """Rules replaced between batches; how long one change takes, and what is left for events."""
        changed = [parse(one | {"id": f"new-{place % EDITS_A_BATCH}"}) for place, one in enumerate(self.raw[:20_000])]
        rules: list[Rule] = [rule for rule in changed if rule is not None]
        edits, slowest, done = 0.0, 0.0, 0
        begun = process_time()
        for start in range(0, len(self.events), BATCH):
            for rule in rules[done % len(rules) :][:EDITS_A_BATCH]:
                one = process_time()
                matcher.put(rule)
                spent = process_time() - one
                edits, slowest, done = edits + spent, max(slowest, spent), done + 1
            matcher.match(self.events[start : start + BATCH])
        took = process_time() - begun
        each = edits / done
        note = f"{each * 1e6:.0f} µs each, slowest {slowest * 1e3:.1f} ms; 10,000/s take {each * 10_000:.0%} of a core"
        self.row("edit while matching", f"{took:.2f} s", f"{done / edits:,.0f} edits/s", note)

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
        self.table.add_row(self.name, *cells)


def _resident() -> float:
    """MiB in memory now."""
    return float(psutil.Process().memory_info().rss) / 2**20


@click.command()
@click.option("--quick", is_flag=True, help="A tenth of the rules and events.")
def main(quick: bool) -> None:
    """Print a table; a minute or two, and up to 3 GiB with the workload itself."""
    rules, events = (125_000, 20_000) if quick else (1_250_000, 100_000)
    table = Table("workload", "what", "CPU time", "rate", "", title=f"{rules:,} rules, {events:,} events")
    for name, raw, fed in (
        ("price, level", workload.price_rules(rules, 1), workload.price_events(2 * events, 2)),
        ("price, edge", workload.price_rules(rules, 1, trigger="edge"), workload.price_events(2 * events, 2)),
        ("mix", workload.mixed_rules(rules, 3), workload.mixed_events(2 * events, 4)),
    ):
        run = Run(name, raw, fed[:events], table)
        matcher = run.load()
        matches = run.match(matcher)
        run.naive()
        if name != "price, edge":
            run.duckdb(matches)
        run.events = fed[events:]
        run.edit(matcher)
        table.add_section()
        del matcher, run
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
