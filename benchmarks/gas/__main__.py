"""Print all figures of gas in one run: `python -m benchmarks.gas`.

The market is seeded, the same on every machine; seeds of the calibration are drawn for the run, and printed. Chains,
stores and handlers are real processes and code of the platform, on free ports and in a folder of their own.
"""

from __future__ import annotations

import json
import logging
import os
import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from benchmarks.access.stage import stage
from benchmarks.gas.calibration import calibration
from benchmarks.gas.estimate import estimates
from benchmarks.gas.fleet import followed, nodes
from benchmarks.gas.hours import minute, training
from benchmarks.gas.offers import compared
from premium.cases import answer
from premium.gas.asked.forecasts import kinds
from premium.gas.fees.base_fee import BaseFeeRule, Block, next_base_fee
from premium.gas.fees.fastlz import compressed_length
from tests.unit.gas.market import blocks

_SEED = 18
_BASELINES = ("last_value", "mean_of_last_20", "seasonal", "ar1")


@click.command()
@click.option("--blocks", "count", default=3_000, help="Blocks of the seeded market.")
@click.option("--fresh", default=4, help="Seeds that are drawn for this run's calibration.")
@click.option("--seed", "seeds", multiple=True, type=int, help="A seed of an earlier run's calibration, once more.")
@click.option("--chains", default=100, help="Chains that are followed at once.")
@click.option("--seconds", default=30.0, help="How long they are followed.")
def main(count: int, fresh: int, seeds: tuple[int, ...], chains: int, seconds: float) -> None:
    """Print arithmetic, back-tests, offers, calibration, training, and a hundred chains."""
    rows = blocks(_SEED, count)
    _arithmetic(rows)
    _back_test(rows)
    _offers(count)
    calibration(fresh, seeds)
    training()
    _chains(chains, seconds)


def _chains(count: int, seconds: float) -> None:
    """Follow chains over real stores, then read and predict what they told."""
    logging.disable(logging.CRITICAL)
    with TemporaryDirectory() as folder, ExitStack() as services:
        timed, file = services.enter_context(nodes(count, Path(folder)))
        os.environ["CHAINS_FILE"] = str(file)
        platform, _ = stage(services)
        for line in followed(platform, timed, seconds):
            click.echo(line)
        estimates(count)
        minute(platform, count)


def _arithmetic(rows: list[dict[str, int]]) -> None:
    parents = [Block(row["base_fee"], row["gas_used"], row["gas_limit"]) for row in rows]
    rule = BaseFeeRule()
    seconds = _seconds(lambda: [next_base_fee(each, rule) for each in parents])
    click.echo(f"next base fees: {len(parents) / seconds:,.0f} a second")
    draw = random.Random(_SEED)
    calls = [b"\xa9\x05\x9c\xbb" + bytes(12) + draw.randbytes(20) + bytes(24) + draw.randbytes(8) for _ in range(500)]
    swaps = [b"".join(bytes(24) + draw.randbytes(8) for _ in range(16)) for _ in range(500)]
    for name, made in (("68 bytes", calls), ("512 bytes", swaps)):
        seconds = _seconds(lambda made=made: [compressed_length(each) for each in made])  # type: ignore[misc] # bound
        click.echo(f"FastLZ of a transaction of {name}: {seconds / len(made) * 1e6:,.1f} µs")


def _back_test(rows: list[dict[str, int]]) -> None:
    """Print forecasts of the series alone, walk forward, beside the four baselines."""
    series = [{name: row[name] for name in ("number", "timestamp", "base_fee")} for row in rows]
    case = {"id": "market", "kind": "backtest", "blocks": series, "from": 500, "step": 5}
    begun = time.perf_counter()
    found: dict[str, Any] = json.loads(answer(json.dumps(case), kinds()))
    seconds = time.perf_counter() - begun
    pace = f"{seconds:.1f} s ({seconds / len(rows) * 1e3:.2f} ms a block)"
    click.echo(f"\nback-test of {len(rows):,} blocks, walk forward: {pace}")
    click.echo("MAPE in percent, pinball loss in wei; the best baseline is that of the least MAPE")
    columns = (("blocks", 6), ("n", 6), ("MAPE", 7), ("best", 7), ("baseline", 16), ("pinball", 14), ("best", 14))
    click.echo(" ".join(f"{name:>{width}}" for name, width in (*columns, ("80 %", 6), ("95 %", 6))))
    for score in found["scores"]:
        best = min(_BASELINES, key=lambda name: float(score["baselines"][name]["mape_percent"]))
        other = score["baselines"][best]
        click.echo(
            f"{score['horizon']:>6} {score['n']:>6} {float(score['mape_percent']):>7.3f} "
            f"{float(other['mape_percent']):>7.3f} {best:>16} {float(score['pinball']):>14,.0f} "
            f"{float(other['pinball']):>14,.0f} {float(score['cover80']):>6.3f} {float(score['cover95']):>6.3f}"
        )


def _offers(count: int) -> None:
    """Print what speeds offered, ours first and then go-ethereum's."""
    begun = time.perf_counter()
    table = compared(_SEED, count)
    seconds = time.perf_counter() - begun
    click.echo("\noffers, then go-ethereum's (tip: 60th percentile of 20 blocks; cap: twice the base fee, and the tip)")
    columns = (("speed", 9), ("promise", 14), ("low", 7), *2 * (("kept", 7), ("headroom", 9), ("paid", 7)))
    click.echo(" ".join(f"{name:>{width}}" for name, width in columns))
    for row in table:
        came = " ".join(f"{each.kept:>7.4f} {each.headroom:>9.3f} {each.paid:>7.3f}" for each in (row.ours, row.geth))
        click.echo(f"{row.name:>9} {row.share:>7.2f} in {row.blocks:>3} {row.low:>7.4f} {came}")
    click.echo("headroom: cap over the next base fee, less 1; paid: in gwei, the mean of those included")
    click.echo(f"all promises, learnt and offered: {seconds / count * 1e3:.2f} ms a block")


def _seconds(run: Callable[[], object]) -> float:
    """Return the least of three runs."""
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        run()
        times.append(time.perf_counter() - begun)
    return min(times)


if __name__ == "__main__":
    main()
