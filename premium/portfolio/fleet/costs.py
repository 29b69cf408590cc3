"""What a run costs, by dated list prices."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from premium.money import EXACT

_MILLION, _HOUR = Decimal(1_000_000), 3600


@dataclass(frozen=True)
class ListPrices:
    """US dollars for a million calls and for an hour of a vCPU."""

    dated: str
    a_million_calls: Decimal
    a_cpu_hour: Decimal


PRICES = ListPrices("2026-11 (by hand)", Decimal("5.00"), Decimal("0.04048"))
"""The calls' price is the specification's ($50 for 10 M a month), the CPU's Fargate's on demand in us-east-1.

Both are put in by hand: no price list was read.
"""


def dollars(*, calls: int | float, cpu_seconds: float) -> Decimal:
    """Return what calls and seconds of CPU cost, to a hundredth of a cent."""
    for_calls = EXACT.multiply(Decimal(int(calls)), PRICES.a_million_calls) / _MILLION
    for_cpu = Decimal(round(cpu_seconds)) * PRICES.a_cpu_hour / _HOUR
    return (for_calls + for_cpu).quantize(Decimal("0.0001"))


@dataclass(frozen=True)
class Fleet:
    """Whose portfolios are read each hour."""

    users: int
    wallets_a_user: Decimal = Decimal("1.3")
    live_chains_a_wallet: Decimal = Decimal(6)
    tokens_a_wallet: Decimal = Decimal(20)
    chains: int = 100
    time_outs: Decimal = Decimal("0.02")


@dataclass(frozen=True)
class Measured:
    """What the parts of a run took when they were measured."""

    cpu_a_user: Decimal
    """Seconds: a user stated and written, the snapshot too."""
    cpu_a_read: Decimal
    """Seconds: a balance from the request to the integer."""
    latency: Decimal
    """Seconds that a node takes for a call."""
    calls_a_chunk: int = 6
    """Head, canonical twice, logs both ways, descriptions."""
    reads_a_call: int = 400
    """Of 75,000 gas each, within 30 M."""
    calls_a_second: int = 100
    chain_seconds: Decimal = Decimal(5)


def simulate(fleet: Fleet, measured: Measured, *, workers: int, users_a_read: int) -> dict[str, str]:
    """Return calls, seconds, CPU hours and dollars of runs.

    Reads of a chain are in order, by its bucket and its time-outs; chains go side by side, users over the workers.
    Wallets that were never used on a chain are asked daily: a 24th of them an hour.
    """
    wallets = fleet.users * fleet.wallets_a_user
    asleep = wallets * (fleet.chains - fleet.live_chains_a_wallet) / 24
    reads = wallets * (fleet.live_chains_a_wallet + fleet.tokens_a_wallet) + asleep
    chunks = -(-fleet.users // users_a_read) * fleet.chains
    calls = -(-reads // measured.reads_a_call) + chunks * measured.calls_a_chunk
    late = fleet.time_outs * chunks * measured.chain_seconds / fleet.chains
    a_chain = calls / fleet.chains
    reading = max(a_chain / measured.calls_a_second, chunks * measured.latency * 4 / (10 * workers)) + late
    cpu = fleet.users * measured.cpu_a_user + reads * measured.cpu_a_read
    seconds = reading + cpu / workers
    month = calls * 24 * 30
    costs = dollars(calls=float(month), cpu_seconds=float(cpu * 24 * 30))
    rows: dict[str, Decimal | int] = {
        "users": fleet.users, "chains": fleet.chains, "workers": workers, "reads": reads, "callsARun": calls,
        "callsAMonth": month, "readingSeconds": reading, "seconds": seconds, "cpuHoursARun": cpu / _HOUR,
        "cpuHoursAMonth": cpu * 24 * 30 / _HOUR, "staleCells": fleet.time_outs * wallets * fleet.live_chains_a_wallet,
    }  # fmt: skip
    told = {name: f"{Decimal(value):.2f}".rstrip("0").rstrip(".") for name, value in rows.items()}
    return told | {"dollarsAMonth": str(costs), "prices": PRICES.dated}


ASSUMED = Measured(cpu_a_user=Decimal("0.020"), cpu_a_read=Decimal("0.000002"), latency=Decimal("0.05"))
"""Assumed, not measured; give `--cpu-a-user` what a run's report says (cpuSeconds / users)."""
