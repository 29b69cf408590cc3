"""What a day's training of 90 days costs, and a minute's predictions of a hundred chains.

`python -m benchmarks.gas.hours < TENS` trains in a process of its own: its memory is nobody else's.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from benchmarks.gas.fleet import name_of
from local.places import ROOT
from premium.bootstrap import Platform
from premium.gas.models import Models
from premium.gas.series.hours import STEPS, TEN, HourModel, Trained, refusal, trained
from premium.gas.store.predictions import PredictionStore
from premium.gas.work.minute import predicted
from premium.storage.cache import Cache
from tests.unit.gas.market import blocks

_DAYS, _BLOCK, _SEED = 90, 12, 18
_KEPT = timedelta(hours=50)
_TRAINING, _MEMORY, _MODEL, _INFERENCE, _MINUTE = 60, 1024, 1024, 5, 2


def market() -> list[tuple[int, float]]:
    """Return (time, mean base fee) by ten minutes of 90 days of blocks, 12 s apart."""
    rows = blocks(_SEED, _DAYS * 86_400 // _BLOCK)
    parts = (rows[at : at + TEN // _BLOCK] for at in range(0, len(rows), TEN // _BLOCK))
    return [(part[0]["timestamp"] // TEN * TEN, sum(row["base_fee"] for row in part) / len(part)) for part in parts]


def training() -> None:
    """Train in a process of its own, and print what it took and what serves."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.gas.hours"], input=json.dumps(market()), capture_output=True, text=True,
        check=True, cwd=ROOT,
    )  # fmt: skip
    click.echo(done.stdout.rstrip("\n"))


def _train(rows: Sequence[tuple[int, float]]) -> None:
    begun = time.perf_counter()
    made = trained(rows)
    seconds = time.perf_counter() - begun
    if made is None:
        raise click.ClickException("too few days")
    mebibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    click.echo(
        f"\ntraining on {_DAYS} days of {len(rows) * TEN // _BLOCK:,} blocks, by ten minutes: {seconds:.1f} s (target "
        f"{_TRAINING}), {mebibytes} MiB (target {_MEMORY}), a model of {len(made.body) // 1024} KiB (target {_MODEL}), "
        f"an inference {_inference(made):.2f} ms (target {_INFERENCE})"
    )
    for horizon in STEPS:
        _tell(horizon, made.backtests[horizon])


def _inference(made: Trained) -> float:
    """Return milliseconds of a horizon, from the kept model."""
    model = HourModel(json.loads(made.body))
    begun = time.perf_counter()
    for horizon in STEPS:
        model.said(horizon, "log_ridge", 2e10)
    return (time.perf_counter() - begun) / len(STEPS) * 1_000


def _tell(horizon: str, backtest: Mapping[str, Any]) -> None:
    own, best = backtest["model"], backtest["best_baseline"]
    why = refusal(backtest)
    click.echo(
        f"{horizon:>6}: n {own['n']:,}, MAPE {own['mape']:.3f}, of {best} {backtest['baselines'][best]['mape']:.3f}; "
        f"held {own['cover80']:.3f} and {own['cover95']:.3f}; {'the model serves' if why is None else f'{best}: {why}'}"
    )


def minute(platform: Platform, chains: int) -> None:
    """Print how long a minute's predictions of all chains take.

    Hours by the job, blocks as the follower writes them.

    The follower has told of the chains before.
    """
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    models, names = Models.of(platform), [name_of(chain) for chain in range(chains)]
    _past(platform, names, now)
    models.train(names[0], now)
    told = models.cache.get(names[0])
    for name in names:
        models.cache.set(name, told, ttl_seconds=600)
    documents = Cache(platform.redis(3), "gas").get_many(names)
    store, begun, cpu = PredictionStore(platform.timeseries), time.perf_counter(), time.process_time()
    rows = int(predicted(platform, at=now)["rows"])
    hours = time.perf_counter() - begun
    for document in documents.values():
        store.add(document, now)
        rows += len(document["predictions"])
    seconds = time.perf_counter() - begun
    click.echo(
        f"a minute's predictions of {len(documents)} chains, {rows} rows: {seconds:.2f} s (target {_MINUTE}), of which "
        f"{hours:.2f} s for hours; {time.process_time() - cpu:.2f} s of processor time here"
    )


def _past(platform: Platform, names: Sequence[str], now: datetime) -> None:
    """Write five days of ten minutes of the first chain, and fifty hours of the others."""
    last = int(now.timestamp()) // TEN * TEN
    fees = [fee for _, fee in market()[: 5 * 144]]
    with platform.timeseries.transaction() as connection:
        connection.execute("DELETE FROM gas_tens")
        connection.execute(
            """INSERT INTO gas_tens (chain, at, blocks, base_fee_first, base_fee_average)
               SELECT name, at, 50, fee, fee FROM unnest(%s::timestamptz[], %s::numeric[]) AS t (at, fee),
                   unnest(%s::text[]) AS name WHERE name = %s OR at > %s""",
            (
                [datetime.fromtimestamp(last - TEN * (len(fees) - place), UTC) for place in range(len(fees))],
                [round(fee) for fee in fees], list(names), names[0], now - _KEPT,
            ),
        )  # fmt: skip


if __name__ == "__main__":
    _train([(int(at), float(fee)) for at, fee in json.load(sys.stdin)])
