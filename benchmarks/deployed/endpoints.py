"""Warm p50 and p95 of three endpoints through the gateway, beside the bare handler, in alternating requests."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping

import httpx

from benchmarks.deployed.bare import deployed
from local.journey import portfolio, tax
from local.journey.client import Client
from local.journey.stream import Listener
from local.journey.tokens import token
from local.journey.walk import Walk
from local.up import Stage

PATHS = ("/v1/users/profile", "/v1/portfolio", "/v1/tax/transactions")
WARM_UP = 20
REFERENCE = "bare handler behind a bare authorizer"


def measure(stage: Stage, rounds: int) -> None:
    """A user with a wallet, a snapshot and an imported history asks; every answer must be a 200."""
    bearer = token(stage.places.state, f"bench_{time.time_ns()}", tier="enterprise")
    with Listener(stage.socket, bearer) as stream:
        walk = Walk(Client(stage.api, bearer), stream, stage.market, stage.neighbours.evm)
        portfolio.register(walk)
        portfolio.refresh(walk)
        tax.import_history(walk)
    with deployed(stage.clients) as bare:
        ours = {f"GET {path}": f"{stage.api}{path}" for path in PATHS}
        taken = _alternating({"bare handler": bare.open, REFERENCE: bare.guarded} | ours, bearer, rounds)
    _show(taken)


def _alternating(urls: Mapping[str, str], bearer: str, rounds: int) -> dict[str, list[float]]:
    """Milliseconds by name; one request of each in turn, so that whatever slows the machine slows all of them."""
    taken: dict[str, list[float]] = {name: [] for name in urls}
    with httpx.Client(headers={"Authorization": f"Bearer {bearer}"}, timeout=30) as client:
        for number in range(WARM_UP + rounds):
            for name, url in urls.items():
                began = time.perf_counter()
                client.get(url).raise_for_status()
                if number >= WARM_UP:
                    taken[name].append((time.perf_counter() - began) * 1000)
    return taken


def _show(taken: Mapping[str, list[float]]) -> None:
    middle = {name: statistics.median(values) for name, values in taken.items()}
    print(f"{'':<40}{'p50 ms':>9}{'p95 ms':>9}{'p50 / ref':>11}{'p50 - ref':>12}")
    for name, values in taken.items():
        high = statistics.quantiles(values, n=20)[18]
        ratio, more = middle[name] / middle[REFERENCE], middle[name] - middle[REFERENCE]
        print(f"{name:<40}{middle[name]:9.1f}{high:9.1f}{ratio:10.2f}x{more:+9.1f} ms")
    print(f"ref: {REFERENCE}, which is two functions a request as ours; {len(taken[REFERENCE])} requests of each")
