"""Tax engines side by side: `python -m benchmarks.tax.run [--quick] [--cap SECONDS]`.

The same histories in one run: our engine alone and the whole program (import to Form 8949 CSV, or the UK's files)
beside RP2 (US) and BittyTax (UK), each in a process of its own: seconds and peak memory, and how they grow.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click

from benchmarks.tax import histories
from benchmarks.tax.opponents import SCRIPTS, python_of

PREMIUM = Path(sys.executable).with_name("premium")
ENGINE = Path(__file__).with_name("engine.py")
METHODS = ("fifo", "lifo", "hifo", "section_104")


class Run(NamedTuple):
    """Seconds and MiB of one process; `engine` where it told of that. None seconds: over the cap, or it failed."""

    seconds: float | None
    mebibytes: float
    output: str

    @property
    def engine(self) -> float | None:
        found = [line for line in self.output.splitlines() if line.startswith(("ENGINE", "{"))]
        if not found:
            return None
        last = found[-1]
        return float(last.split()[1]) if last.startswith("ENGINE") else float(json.loads(last)["engine"])


def measured(command: Sequence[str], *, cap: float, folder: Path) -> Run:
    """One process, killed at the cap; peak memory by the kernel's own count."""
    with (folder / "output").open("w+") as output:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=folder, start_new_session=True)
        killed = False
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if not killed and time.perf_counter() - started > cap:
                os.killpg(process.pid, signal.SIGKILL)
                killed = True
            time.sleep(0.01)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    failed = killed or process.returncode != 0
    if failed and not killed:
        text += f"\nfailed with {process.returncode}"
    return Run(None if failed else seconds, usage.ru_maxrss / 1024, text)


def _told(name: str, count: int, run: Run, cap: float) -> None:
    failed = "failed with" in run.output
    seconds = f"{run.seconds:9.2f} s" if run.seconds is not None else "     failed" if failed else f"  > {cap:5.0f} s"
    engine = f"{run.engine:9.3f} s" if run.engine is not None else " " * 11
    note = (
        "" if run.seconds is not None else "  " + run.output.strip().splitlines()[-1][:60] if run.output.strip() else ""
    )
    click.echo(f"{count:>9,}  {name:<34} {seconds}  {run.mebibytes:7.0f} MiB  engine {engine}{note}")


def ours(count: int, source: Path, folder: Path, cap: float) -> None:
    for method in METHODS:
        run = measured([sys.executable, str(ENGINE), str(source), method], cap=cap, folder=folder)
        _told(f"ours, engine, {method}", count, run, cap)
        if run.seconds is not None and method == "fifo":
            run = measured([sys.executable, str(ENGINE), str(source), method, "bare"], cap=cap, folder=folder)
            bare = json.loads(run.output.splitlines()[-1])["bare"]
            click.echo(f"{count:>9,}  {'bare heap loop':<34} {'':11}  {'':11}  engine {bare:9.3f} s")
    for code, method, wanted in (
        ("US", "fifo", "form_8949_csv"),
        ("US", "hifo", "form_8949_csv"),
        ("GB", "section_104", "disposals_csv"),
    ):
        options = ["--jurisdiction", code, "--method", method, "--format", wanted, "--output", str(folder / "ours")]
        run = measured([str(PREMIUM), "tax", "report", "--input", str(source), *options], cap=cap, folder=folder)
        _told(f"ours, whole, {code} {method}", count, run, cap)
    if count <= 100_000:
        options = ["--jurisdiction", "US", "--format", "form_8949_pdf", "--output", str(folder / "ours")]
        run = measured([str(PREMIUM), "tax", "report", "--input", str(source), *options], cap=cap, folder=folder)
        _told("ours, whole, Form 8949 PDF", count, run, cap)


def theirs(count: int, folder: Path, cap: float, given_up: set[str]) -> None:
    """Each opponent until it has once gone over the cap."""
    for method in ("fifo", "lifo", "hifo"):
        if f"rp2 {method}" in given_up:
            continue
        config, ods = folder / "rp2.ini", folder / "rp2.ods"
        config.write_text(histories.RP2_CONFIG + f"\n[accounting_methods]\n1970 = {method}\n")
        histories.rp2(count, ods)
        command = [str(python_of("rp2")), "-c", SCRIPTS["rp2"], "-o", str(folder / "rp2"), str(config), str(ods)]
        run = measured(command, cap=cap, folder=folder)
        _told(f"RP2 1.7.2, whole, US {method}", count, run, cap)
        if run.seconds is None:
            given_up.add(f"rp2 {method}")
    if "bittytax" not in given_up:
        source = folder / "bittytax.csv"
        histories.bittytax(count, source)
        command = [
            str(python_of("bittytax")),
            "-c",
            SCRIPTS["bittytax"],
            "--nopdf",
            "--skipint",
            "--summary",
            str(source),
        ]
        run = measured(command, cap=cap, folder=folder)
        _told("BittyTax 0.6.0, whole, UK", count, run, cap)
        if run.seconds is None:
            given_up.add("bittytax")


@click.command()
@click.option("--cap", default=900.0, show_default=True, help="Seconds after which a process is given up")
@click.option("--quick", is_flag=True, help="Up to 10,000 transactions only")
@click.option("--alone", is_flag=True, help="Ours only")
def main(cap: float, quick: bool, alone: bool) -> None:
    """Print seconds, peak memory and time inside the engine, by size."""
    sizes = (1_000, 10_000) if quick else (1_000, 10_000, 100_000, 1_000_000)
    given_up: set[str] = set()
    with tempfile.TemporaryDirectory(prefix="tax-benchmark-") as name:
        folder = Path(name)
        for count in sizes:
            source = folder / "history.json"
            histories.neutral(count, source)
            ours(count, source, folder, cap)
            if not alone and count <= 100_000:
                theirs(count, folder, cap, given_up)


if __name__ == "__main__":
    main()
