"""Import time of each handler beside `import boto3`: what a cold start pays before the first line of ours runs."""

from __future__ import annotations

import statistics
import subprocess
import sys

from stacks.terms.functions import functions

PROGRAM = "import time; began = time.perf_counter(); import {}; print(time.perf_counter() - began)"


def measure(rounds: int) -> None:
    """Medians of fresh interpreters, the modules in turn."""
    modules = ("boto3", *(function.module for function in functions()))
    taken: dict[str, list[float]] = {module: [] for module in modules}
    for _ in range(rounds):
        for module in modules:
            taken[module].append(_milliseconds(module))
    middle = {module: statistics.median(values) for module, values in taken.items()}
    for module, value in middle.items():
        print(f"{'import ' + module:<40}{value:9.0f} ms{value / middle['boto3']:10.2f}x")


def _milliseconds(module: str) -> float:
    command = [sys.executable, "-c", PROGRAM.format(module)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1]) * 1000
