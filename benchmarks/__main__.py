"""`make bench`: every committed benchmark in turn, each within its time; `make bench NAME=tax` for one.

What runs here is the short form; each module's own options give the long one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import NamedTuple

import click

from local.places import ROOT


class Benchmark(NamedTuple):
    """`limit`: seconds after which it is ended and counts as failed."""

    name: str
    title: str
    module: str
    arguments: tuple[str, ...] = ()
    limit: float = 120


BENCHMARKS = (
    Benchmark("http", "Authorizer and a read beside a bare handler, in process", "benchmarks.http"),
    Benchmark("access", "Logins beside siwe, signatures beside stripe and paddle, the limiter", "benchmarks.access"),
    Benchmark("portfolio", "A refresh of 100 chains, with and without Multicall3", "benchmarks.portfolio"),
    Benchmark("security", "Static scan of published contracts", "benchmarks.security.static_scan"),
    Benchmark("calls", "Decoding, hashing and judging calls and messages beside eth-abi and eth-account",
              "benchmarks.security.calls", ("--quick",)),
    Benchmark("calls-ethers", "Decoding and hashing beside ethers", "benchmarks.security.beside_ethers", ("--quick",),
              limit=300),
    Benchmark("security-names", "Findings of the held batches beside a scanner by names", "benchmarks.security.names",
              limit=300),
    Benchmark("security-peers", "Functions and arguments of published code beside evmole, whatsabi and heimdall",
              "benchmarks.security.peers", limit=900),
    Benchmark("security-fleet", "Scans a day on one core, the worst input's memory, the fleet and its cost",
              "benchmarks.security.fleet", limit=300),
    Benchmark("gas", "Fees of gas beside baselines and go-ethereum's rule; calibration, training, a hundred chains",
              "benchmarks.gas", limit=600),
    Benchmark("tax", "Tax engine up to 10,000 transactions", "benchmarks.tax.run", ("--quick", "--alone")),
    Benchmark("report", "10,000 transactions on the deployed stage: a report asked for, its PDF and CSV read",
              "benchmarks.tax.deployed", limit=300),
    Benchmark("upload", "Memory of the import of a file of 8 MiB, by the job", "benchmarks.tax.upload",
              ("--mebibytes", "8"), limit=300),
    Benchmark("matcher", "The matcher beside naive evaluation and a DuckDB join", "benchmarks.alerts", ("--quick",)),
    Benchmark(
        "delivery", "Webhooks from the record to a server", "benchmarks.alerts.delivery",
        ("--count", "2000", "--seconds", "10"),
    ),
    Benchmark(
        "queue", "Events through the deployed queue to webhooks, beside the emulator alone", "benchmarks.alerts.queue",
        ("--rules", "20000", "--seconds", "10"), limit=300,
    ),
    Benchmark("faults", "A soak at 100 events a second with a fault a minute", "benchmarks.faults", limit=1_200),
    Benchmark("console", "The console's bytes, loads, long tables and charts, news on screen", "benchmarks.console",
              limit=600),
    Benchmark("deployed", "The deployed stage beside a bare handler; imports; synth", "benchmarks.deployed", limit=600),
)  # fmt: skip

SHOWN = os.environ | {"PYTHONUNBUFFERED": "1"}


@click.command()
@click.argument("name", type=click.Choice([each.name for each in BENCHMARKS]), required=False)
def main(name: str | None) -> None:
    """Run all benchmarks, or one."""
    chosen = [each for each in BENCHMARKS if name in (None, each.name)]
    failed = [each.name for number, each in enumerate(chosen, 1) if not _run(each, f"{number}/{len(chosen)}")]
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


def _run(benchmark: Benchmark, place: str) -> bool:
    """Its output as it comes; whether it ended well and in time."""
    command = [sys.executable, "-m", benchmark.module, *benchmark.arguments]
    print(f"\n[{place}] {benchmark.title}\n      python {' '.join(command[1:])}", flush=True)
    began = time.monotonic()
    try:
        well = subprocess.run(command, cwd=ROOT, check=False, timeout=benchmark.limit, env=SHOWN).returncode == 0
    except subprocess.TimeoutExpired:
        print(f"      ended: it took more than {benchmark.limit:.0f} s", flush=True)
        well = False
    print(f"      {time.monotonic() - began:.1f} s", flush=True)
    return well


if __name__ == "__main__":
    main()
