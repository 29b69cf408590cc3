"""How long the handler of an estimate takes, beside a bare one in the same process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import click
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from benchmarks.gas.fleet import name_of
from tests.factories.http import event, verdict

_TIMES, _TARGET = 1_000, 15


def estimates(chains: int) -> None:
    """Print what reads of followed chains take; they were followed just now."""
    from handlers import gas  # noqa: PLC0415 - after the environment is set

    who, queries = verdict(), [{"chain": name_of(place % chains)} for place in range(_TIMES)]
    first = gas.handler(event("GET", "/v1/gas/estimate", by=who, query=queries[0]), None)
    if first["statusCode"] != 200:
        raise click.ClickException(first["body"])
    for name, path, more in (
        ("estimate, all operations", "/v1/gas/estimate", {}),
        ("estimate, an operation", "/v1/gas/estimate", {"operation": "swap_v3"}),
        ("estimate as block prices", "/v1/gas/estimate", {"format": "blockprices"}),
        ("predictions", "/v1/gas/predictions", {}),
    ):
        events = [event("GET", path, by=who, query=query | more) for query in queries]
        _show(name, lambda each: gas.handler(each, None), events, _TARGET)
    app = APIGatewayHttpResolver()

    @app.get("/v1/gas/estimate")
    def _() -> dict[str, str]:
        return {"status": "ok"}

    events = [event("GET", "/v1/gas/estimate", by=who) for _ in queries]
    _show("a bare Powertools handler", lambda each: app.resolve(each, None), events, None)  # type: ignore[arg-type] # it asks nothing of a context


def _show(name: str, call: Callable[[dict[str, Any]], Any], events: list[dict[str, Any]], target: int | None) -> None:
    taken = []
    for each in events:
        begun = time.perf_counter()
        call(each)
        taken.append((time.perf_counter() - begun) * 1_000)
    p50, p95 = statistics.median(taken), statistics.quantiles(taken, n=20)[18]
    click.echo(f"{name:<28} p50 {p50:6.2f} ms   p95 {p95:6.2f} ms" + (f"   target {target} ms" if target else ""))
