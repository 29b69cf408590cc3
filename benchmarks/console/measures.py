"""One measure a function; times are milliseconds."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, Route, WebSocketRoute

from benchmarks.console.seen import answered, settled
from local.places import ROOT

CONSOLE = ROOT / "console"
ROWS = POINTS = 10_000
EMPTY = "<!doctype html><html lang=en><title>Empty</title><p>Nothing</p>"
START = datetime(2026, 1, 1, tzinfo=UTC)
_SCROLL = """async () => {
  const seen = window.__seen;
  seen.tasks.length = 0;
  const step = () => new Promise((done) => requestAnimationFrame(done));
  for (let n = 0; n < 120; n += 1) { window.scrollBy(0, 700); await step(); }
  await new Promise((done) => setTimeout(done, 300));
  return Math.max(0, ...seen.tasks);
}"""
_REDRAW = """async (name) => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const chosen = [...document.querySelectorAll('[role=radiogroup] label')].find((one) => one.textContent === name);
  const drawn = () => document.querySelector('[data-drawn]')?.dataset.drawn;
  const before = drawn();
  const began = performance.now();
  chosen.click();
  while (drawn() === before || drawn() === undefined) await frame();
  return performance.now() - began;
}"""


def sizes() -> Mapping[str, Any]:
    """Compressed bytes of the build: to sign in, for each page, for charts, of styles."""
    told = subprocess.run(
        ["node", "scripts/sizes.mjs", "dist"], cwd=CONSOLE, capture_output=True, text=True, check=True
    )  # fmt: skip
    found: Mapping[str, Any] = json.loads(told.stdout)
    return found


def load(page: Page, address: str) -> tuple[float, float, float]:
    """Largest paint, layout shift, and the longest task of a load."""
    page.goto(address)
    seen = settled(page)
    return float(seen["paint"]), float(seen["shift"]), max([0.0, *seen["tasks"]])


def empty(page: Page, address: str) -> tuple[float, float, float]:
    """The same of a page that holds one word, from the same server's origin."""
    place = f"{address}empty.html"
    page.route(place, lambda route: route.fulfill(body=EMPTY, content_type="text/html"))
    return load(page, place)


def long_table(page: Page, address: str) -> float:
    """The longest task while a table of many rows is scrolled through."""
    kept = {"chain": "local", "category": "token", "decimals": 18, "balance": "1.5", "priceUsd": "2", "valueUsd": "3",
            "priceQuality": "good", "isStale": False, "asOf": "2026-11-30T10:00:00Z", "why": None}  # fmt: skip
    rows = [{**kept, "id": str(n), "symbol": f"T{n}", "asset": f"local:0x{n:040x}"} for n in range(ROWS)]
    page.route("**/v1/portfolio/assets*", answered(rows, listed=True))
    page.goto(f"{address}portfolio")
    settled(page)
    return float(page.evaluate(_SCROLL))


def long_chart(page: Page, address: str) -> float:
    """From the choice of another interval to the drawing of many points."""
    hours = [(START + timedelta(hours=n)).isoformat().replace("+00:00", "Z") for n in range(POINTS)]
    points = [
        {"at": at, "valueUsd": str(1000 + n % 97), "lowestUsd": "1000", "highestUsd": "1100"}
        for n, at in enumerate(hours)
    ]
    page.route("**/v1/portfolio/history*", answered({"interval": "hour", "points": points}))
    page.goto(f"{address}portfolio")
    settled(page)
    for each in ("Day", "Hour"):  # both are read once, so that what is measured is the drawing
        page.evaluate(_REDRAW, each)
    return float(page.evaluate(_REDRAW, "Day"))


def news(page: Page, address: str, rounds: int) -> list[float]:
    """From a message of the stream to the alert on screen, with an API that answers at once."""
    sockets: list[WebSocketRoute] = []
    alerts: list[dict[str, Any]] = []

    def newest(route: Route) -> None:
        answered(alerts, listed=True)(route)

    page.route_web_socket("**/v1/alerts/stream*", lambda one: sockets.append(one))  # noqa: PLW0108 - it takes no built-in
    page.route("**/v1/alerts/history*", newest)
    page.goto(f"{address}alerts")
    settled(page)
    page.get_by_text("Live", exact=True).wait_for()
    taken = []
    for n in range(rounds):
        alerts.insert(0, _alert(n))
        page.evaluate(_AWAIT, f"news {n}")
        sockets[-1].send(json.dumps({"type": "alert", "data": {}}))
        taken.append(float(page.evaluate("() => window.__shown")))
    return taken


_AWAIT = """(text) => {
  const began = performance.now();
  window.__shown = new Promise((done) => {
    const look = () => document.querySelector('main')?.textContent.includes(text)
      ? requestAnimationFrame(() => done(performance.now() - began)) : setTimeout(look, 1);
    look();
  });
}"""


def _alert(n: int) -> dict[str, Any]:
    return {
        "id": str(n), "ruleId": "r", "ruleName": "Rule", "type": "price", "message": f"news {n} is here",
        "triggeredAt": "2026-11-30T10:00:00Z", "retractedAt": None, "isTest": False, "deliveries": [], "event": {},
    }  # fmt: skip
