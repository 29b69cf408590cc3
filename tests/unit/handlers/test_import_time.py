"""What a cold start costs: each handler's imports beside `import boto3`, in the same run; and nothing heavy in any."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

import pytest

from stacks.routes import FUNCTIONS

pytestmark = pytest.mark.unit
TIMES = 3
BUDGET = 5
HEAVY = {"web3", "httpx", "eth_abi", "eth_account", "numpy", "reportlab", "click", "rich", "workers", "aws_xray_sdk"}
MODULES = [function.module for function in FUNCTIONS]
PROGRAM = """
import sys, time
started = time.perf_counter()
import {module}
print(time.perf_counter() - started, *sys.modules)
"""


def imported(module: str) -> tuple[float, set[str]]:
    """Seconds, and every module that was loaded, in a fresh interpreter."""
    program = PROGRAM.format(module=module)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, env=environment)
    seconds, *loaded = done.stdout.split()
    return float(seconds), set(loaded)


def test_each_handler_imports_within_five_times_boto3_and_nothing_heavy() -> None:
    rounds = [{name: imported(name) for name in ("boto3", *MODULES)} for _ in range(TIMES)]
    medians = {name: statistics.median(one[name][0] for one in rounds) for name in rounds[0]}
    ratios = {name: round(seconds / medians["boto3"], 2) for name, seconds in medians.items()}
    print({name: f"{medians[name] * 1000:.0f} ms, {ratio} x" for name, ratio in ratios.items()})
    assert {name: ratio for name, ratio in ratios.items() if ratio > BUDGET} == {}
    assert {name: HEAVY & loaded for name, (_, loaded) in rounds[0].items() if HEAVY & loaded} == {}
