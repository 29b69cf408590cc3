"""What a run costs, by dated list prices."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from premium.chains.reading.calls import balance_of, chunks
from premium.chains.reading.codec import OVERHEAD
from premium.chains.reading.emptiness import A_CALL
from premium.money import EXACT

_MILLION, _HOUR = Decimal(1_000_000), 3600
_CALL_GAS, _CALL_BYTES = 30_000_000, 320_000
"""What an `eth_call` is given where a chain's entry says nothing else (`Chain.call_gas`, `call_bytes`)."""
_MANY = 10_000


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
    movements_a_wallet: Decimal = Decimal(20)
    """A month; the targets' fleet does not say it, so that what these cost stands beside the rest."""
    with_positions: Decimal = Decimal("0.25")
    """Of live wallets and chains, those that have positions; not the targets' either."""


@dataclass(frozen=True)
class Measured:
    """What the parts of a run took when they were measured."""

    cpu_a_user: Decimal
    """Seconds: a user stated and written, the snapshot too."""
    cpu_a_read: Decimal
    """Seconds: a balance from the request to the integer."""
    latency: Decimal
    """Seconds that a node takes for a call."""
    calls_a_chunk: Decimal = Decimal(6)
    """Beside its balances: block, logs since the match, canonical, descriptions; and positions' block and words."""
    calls_a_match: Decimal = Decimal(4)
    """Of a chain: its newest block, and its transfers' logs of an hour."""
    calls_a_movement: Decimal = Decimal(15)
    """A wallet's transaction found, read and proven by its states around it (tests/integration/portfolio)."""
    calls_of_positions: Decimal = Decimal(10)
    """Of a chunk, which its wallets share.

    5 are measured for Uniswap V2 and V3; more protocols ask in more steps.
    """
    reads_of_positions: Decimal = Decimal(12)
    """A wallet's own, in all steps; assumed.

    It follows from what a chain's protocols hold: a market of thirty reserves asks ninety.
    """
    calls_a_second: int = 100
    chain_seconds: Decimal = Decimal(5)


def reads_a_call() -> int:
    """Return how many balances share a call, as chunks are really cut."""
    reads = [balance_of("0x" + "1" * 40, "0x" + "2" * 40)] * _MANY
    return len(chunks(reads, gas=_CALL_GAS, size=_CALL_BYTES, overhead=OVERHEAD)[0])


def simulate(fleet: Fleet, measured: Measured, *, workers: int, wallets_a_read: int) -> dict[str, str]:
    """Return calls, seconds, CPU hours and dollars of runs.

    Reads of a chain are in order, by its bucket and its time-outs; chains go side by side, users over the workers.
    Wallets that were never used on a chain are asked daily: a 24th of them an hour, their coin and whether they are
    empty. Calls of flows and of positions are not in `callsAMonth`, but beside it: the targets' fleet says nothing of
    what moves.
    """
    wallets = fleet.users * fleet.wallets_a_user
    live = wallets * fleet.live_chains_a_wallet
    asleep = wallets * (fleet.chains - fleet.live_chains_a_wallet) / 24
    reads = live + wallets * fleet.tokens_a_wallet + asleep
    chunks_ = fleet.chains * -(-(live + asleep) / fleet.chains // wallets_a_read)
    parts = {
        "balances": max(chunks_, reads / reads_a_call() + chunks_ / 2),
        "emptiness": max(chunks_, asleep / A_CALL),
        "logs": fleet.chains * measured.calls_a_match,
        "chunks": chunks_ * measured.calls_a_chunk,
    }
    calls = sum(parts.values(), Decimal(0))
    flows = wallets * fleet.movements_a_wallet * measured.calls_a_movement
    with_positions = live * (fleet.with_positions + Decimal(1) / 24)
    positions = chunks_ * measured.calls_of_positions + with_positions * measured.reads_of_positions / reads_a_call()
    late = fleet.time_outs * chunks_ * measured.chain_seconds / fleet.chains
    reading = max(calls / fleet.chains / measured.calls_a_second, chunks_ * measured.latency * 4 / (10 * workers))
    cpu = fleet.users * measured.cpu_a_user + reads * measured.cpu_a_read
    seconds = reading + late + cpu / workers
    month = calls * 24 * 30
    costs = dollars(calls=float(month), cpu_seconds=float(cpu * 24 * 30))
    rows: dict[str, Decimal | int] = {
        "users": fleet.users, "chains": fleet.chains, "workers": workers, "reads": reads,
        "readsACall": reads_a_call(), "readChunks": chunks_, "callsARun": calls,
        **{f"callsOf{name.title()}": value for name, value in parts.items()},
        "callsAMonth": month, "movementsCallsAMonth": flows, "positionsCallsAMonth": positions * 24 * 30,
        "readingSeconds": reading + late, "seconds": seconds, "cpuHoursARun": cpu / _HOUR,
        "cpuHoursAMonth": cpu * 24 * 30 / _HOUR, "staleCells": fleet.time_outs * live,
    }  # fmt: skip
    told = {name: f"{Decimal(value):.2f}".rstrip("0").rstrip(".") for name, value in rows.items()}
    return told | {"dollarsAMonth": str(costs), "prices": PRICES.dated}


ASSUMED = Measured(cpu_a_user=Decimal("0.020"), cpu_a_read=Decimal("0.000002"), latency=Decimal("0.05"))
"""Its seconds are assumed; give `--cpu-a-user` what a run's report says (cpuSeconds / users).

Its calls a chunk and a match are what `benchmarks.portfolio.fleet` counts, which prints them anew.
"""
