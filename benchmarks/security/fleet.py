"""`python -m benchmarks.security.fleet`: what a day of scans costs, and the worst input's memory.

Processor time of each kind of scan on this machine, without nodes and stores; from it scans a day on one core, and the
fleet for 1 M scans and 2 M scores a day at 60 % of its processors, with the month's price of Fargate's.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

from benchmarks.security.peers import contracts
from premium.security.cases import messages, transactions
from premium.security.contract.analysis import CodeAnalysis, analysed
from tests.factories.security_calls import KNOWN, TOKEN, call, tx
from tests.factories.security_corpus import UNLIMITED
from tests.factories.security_messages import permit2

DAY_MS, BUSY = 86_400_000, 0.6
VCPU_HOUR, GIB_HOUR, HOURS = 0.04048, 0.004445, 730
"""Dollars of Fargate (x86, us-east-1), and hours of a month."""
SCANS, SCORES = 1_000_000, 2_000_000
SHARES = {"transaction": 0.6, "message": 0.2, "contract, new code": 0.05, "contract, known code": 0.15}
"""Of a day's scans; of scores one in fifty meets a code that nobody has analysed."""
NEW_CODES = 0.02
_WORST = """
import resource, time
from premium.security.detectors.analysis import profile_of, signals_of
from tests.unit.security.test_coverage import branches
before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
signals_of(profile_of(branches("caller", 1)))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, round(time.process_time() - begun, 2))
"""


def main() -> None:
    """Print each kind's time, the worst input, and the fleet."""
    every = [each.code for each in contracts()]
    explored = [spent(partial(analysed, code)) for code in every]
    kept = [json.dumps(analysed(code).model_dump(mode="json")) for code in every]
    known = [spent(partial(_known, text)) for text in kept]
    scan, sign = transactions.kinds()[0], messages.kinds()[0]
    one_kib = call("multicall(bytes[])", [UNLIMITED] * 6)
    batch = scan.model.model_validate({**tx(TOKEN, one_kib), "knowledge": KNOWN})
    permit = sign.model.model_validate({"typed_data": permit2(), "knowledge": KNOWN, "from": "0x" + "77" * 20})
    times = {
        "transaction": median(partial(scan.answer, batch)), "message": median(partial(sign.answer, permit)),
        "contract, new code": statistics.fmean(explored), "contract, known code": statistics.fmean(known),
    }  # fmt: skip
    for name, milliseconds in times.items():
        print(f"{name:24}{milliseconds:9.2f} ms, {DAY_MS / milliseconds:14,.0f} a day on one core")
    late, largest = statistics.quantiles(explored, n=20)[18], max(map(len, kept))
    print(f"{len(every)} codes: p95 {late:.0f} ms, kept {largest} bytes at most")
    mebibytes, seconds = worst()
    print(f"worst input (24 KiB of branches that write): {mebibytes} MiB, {seconds} s")
    scans = SCANS * sum(times[name] * share for name, share in SHARES.items())
    scores = SCORES * (times["contract, new code"] * NEW_CODES + times["contract, known code"] * (1 - NEW_CODES))
    cores = (scans + scores) / DAY_MS
    fleet = max(1, -(-cores // BUSY))
    month = fleet * HOURS * (VCPU_HOUR + 2 * GIB_HOUR)
    tasks = f"{fleet:.0f} tasks of 1 vCPU and 2 GiB, ${month:.0f} a month"
    print(f"1 M scans and 2 M scores a day: {cores:.2f} cores, {tasks}")


def _known(text: str) -> CodeAnalysis:
    return CodeAnalysis.model_validate(json.loads(text))


def spent(work: Callable[[], object]) -> float:
    """Return milliseconds of processor time."""
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1000


def median(work: Callable[[], object], repeats: int = 300) -> float:
    """Return the median of several runs."""
    work()
    return statistics.median(spent(work) for _ in range(repeats))


def worst() -> tuple[int, float]:
    """Return mebibytes and seconds of the worst input, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", _WORST], capture_output=True, text=True, check=True, timeout=120)
    mebibytes, seconds = done.stdout.split()
    return int(mebibytes), float(seconds)


if __name__ == "__main__":
    main()
