"""`python -m benchmarks.console`: what the console costs a browser, medians of five beside an empty page.

The stage is brought up if need be, and left running. Bytes over their budget end it with an error; times are told
beside their targets, since a busy machine stretches them.
"""

from __future__ import annotations

import os
import statistics
import sys

import click

from benchmarks.console import measures
from benchmarks.console.seen import browser_page
from local.errors import LocalError
from local.journey.tokens import token
from local.places import Places
from local.up import up

PAGES = ("portfolio", "alerts", "tax", "gas", "security", "usage", "account")
KIB = 1024
BUDGETS = {"signin": 130, "pages": 180, "charts": 230, "styles": 20}
"""KiB, compressed."""


@click.command()
@click.option("--rounds", default=5, show_default=True, help="Loads of each page, of which the median counts.")
def main(rounds: int) -> None:
    """Bytes against budgets, loads beside an empty page, a long table, a long chart, news on screen."""
    try:
        stage = up(Places.from_environment(os.environ))
        over = _sizes()
        bearer = token(stage.places.state, "bench_console", tier="pro")
        _times(stage.neighbours.console.page, bearer, rounds)
    except LocalError as error:
        sys.exit(f"error: {error}")
    if over:
        sys.exit(f"over budget: {', '.join(over)}")


def _sizes() -> list[str]:
    found = measures.sizes()
    largest = {**found, "pages": max(found["pages"].values())}
    for name, budget in BUDGETS.items():
        print(f"{name:22} {largest[name] / KIB:8.1f} KiB   budget {budget}")
    return [name for name, budget in BUDGETS.items() if largest[name] > budget * KIB]


def _times(address: str, bearer: str, rounds: int) -> None:
    print(f"{'':22} {'paint ms':>10} {'shift':>8} {'task ms':>9}   targets 1000, 0.05, 50; median of {rounds}")
    with browser_page() as page:
        _show("an empty page", [measures.empty(page, address) for _ in range(rounds)])
    with browser_page(bearer) as page:
        for name in PAGES:
            _show(name, [measures.load(page, f"{address}{name}") for _ in range(rounds)])
    with browser_page(bearer) as page:
        print(f"{'10,000 rows scrolled':22} {measures.long_table(page, address):10.0f} ms the longest task   target 50")
    with browser_page(bearer) as page:
        drawn = statistics.median(measures.long_chart(page, address) for _ in range(rounds))
        print(f"{'10,000 points drawn':22} {drawn:10.0f} ms   target 100")
    with browser_page(bearer) as page:
        taken = sorted(measures.news(page, address, 20 * rounds))
        worst = taken[min(len(taken) - 1, round(len(taken) * 0.99))]
        print(f"{'news on screen':22} {statistics.median(taken):10.0f} ms   p99 {worst:.0f}, target 150")


def _show(name: str, rows: list[tuple[float, float, float]]) -> None:
    paint, shift, task = (statistics.median(column) for column in zip(*rows, strict=True))
    print(f"{name:22} {paint:10.0f} {shift:8.3f} {task:9.0f}")


if __name__ == "__main__":
    main()
