"""A browser that tells what it saw: paints, shifts, long tasks, and when a page changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, Route, sync_playwright

from local.browser import ARGUMENTS, HOW, program
from local.errors import LocalError

WIDTH, HEIGHT = 1280, 900
PATIENCE_MS = 60_000
_WATCH = """
(() => {
  const seen = window.__seen = { paint: 0, shift: 0, tasks: [] };
  const on = (type, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  on('largest-contentful-paint', (one) => { seen.paint = one.startTime; });
  on('layout-shift', (one) => { if (!one.hadRecentInput) seen.shift += one.value; });
  on('longtask', (one) => { seen.tasks.push(one.duration); });
  try { localStorage.setItem('premium.known', '1'); } catch { /* a page without an origin keeps nothing */ }
})();
"""


@contextmanager
def browser_page(token: str | None = None) -> Iterator[Page]:
    """Open a page of an empty profile.

    With a token each of its loads is a session of that user's.
    """
    path = program()
    if path is None:
        raise LocalError("There is no browser here.", f"Get one: {HOW}")
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        page = started.new_page(viewport={"width": WIDTH, "height": HEIGHT}, service_workers="block")
        page.set_default_timeout(PATIENCE_MS)
        page.add_init_script(_WATCH)
        if token is not None:
            page.route("**/v1/auth/refresh", answered({"accessToken": token, "expiresIn": 900, "refreshToken": None}))
        yield page
        started.close()


def answered(data: Any, *, listed: bool = False) -> Callable[[Route], None]:
    """Return what answers a request with these data, as the API does."""
    meta: Mapping[str, Any] = {"pagination": {"nextCursor": None}} if listed else {}
    body = json.dumps({"success": True, "data": data, "meta": meta})
    return lambda route: route.fulfill(body=body, content_type="application/json")


def settled(page: Page, *, quiet_ms: int = 400) -> Mapping[str, Any]:
    """Wait until nothing is a placeholder any more; return what was seen."""
    page.wait_for_function("() => document.querySelectorAll('.animate-pulse').length === 0")
    page.wait_for_timeout(quiet_ms)
    found: Mapping[str, Any] = page.evaluate("() => window.__seen")
    return found
