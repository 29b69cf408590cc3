"""What a cold start costs beside `import boto3`, in the same run; and nothing heavy in any handler."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

import pytest

from stacks.terms.functions import functions
from tests.factories.http import ANONYMOUS, event

pytestmark = pytest.mark.unit
TIMES = 3
BUDGET = 5
NEAR = 0.6
"""Share of the budget from which on one measurement is not believed: that one is repeated."""
HEAVY = {"web3", "httpx", "eth_abi", "eth_account", "numpy", "reportlab", "click", "rich", "workers", "aws_xray_sdk"}
MODULES = [function.module for function in functions()]
PROGRAM = """
import sys, time
started = time.process_time()
import {module}
{then}
print(time.process_time() - started, *sys.modules)
"""
ASKED = """
answer = {module}.handler({event!r}, None)
assert answer["statusCode"] == {status}, answer
"""
UNKNOWN = {404: event("GET", "/v1/nowhere", by=ANONYMOUS), 405: event("PUT", "/v1/tax/reports", by=ANONYMOUS)}


def imported(module: str, then: str = "") -> tuple[float, set[str]]:
    """Seconds of CPU (a busy machine stretches them little) and all modules loaded, in a fresh interpreter."""
    program = PROGRAM.format(module=module, then=then)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PREMIUM_STAGE": "local", "LOG_LEVEL": "CRITICAL"}
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, env=environment)
    seconds, *loaded = done.stdout.splitlines()[-1].split()
    return float(seconds), set(loaded)


def test_each_handler_imports_within_five_times_boto3_and_nothing_heavy() -> None:
    """The least of several is what the imports cost; all above it is the machine's."""
    first = {name: imported(name) for name in MODULES}
    floor = min(imported("boto3")[0] for _ in range(TIMES))
    least = {name: seconds if seconds < NEAR * BUDGET * floor else
             min(seconds, *(imported(name)[0] for _ in range(TIMES - 1)))
             for name, (seconds, _) in first.items()}  # fmt: skip
    ratios = {name: round(seconds / floor, 2) for name, seconds in least.items()}
    print({name: f"{least[name] * 1000:.0f} ms, {ratio} x" for name, ratio in ratios.items()})
    assert {name: ratio for name, ratio in ratios.items() if ratio > BUDGET} == {}
    assert {name: HEAVY & loaded for name, (_, loaded) in first.items() if HEAVY & loaded} == {}


def test_a_path_that_nobody_has_imports_no_other_handler() -> None:
    asked = {status: ASKED.format(module="handlers.meta", event=one, status=status) for status, one in UNKNOWN.items()}
    rounds = [
        {"boto3": imported("boto3"), **{status: imported("handlers.meta", then) for status, then in asked.items()}}
        for _ in range(TIMES)
    ]
    medians = {name: statistics.median(one[name][0] for one in rounds) for name in rounds[0]}
    assert {name: seconds for name, seconds in medians.items() if seconds > BUDGET * medians["boto3"]} == {}
    for _, loaded in rounds[0].values():
        assert not {name for name in loaded if name in MODULES} - {"handlers.meta"}
