"""What a browser tells of a page's speed: once, without a word of whose it is, and found again as metrics."""

from __future__ import annotations

import json
import time

import pytest
from playwright.sync_api import Browser, Request

from local.logs import function_messages
from local.up import Stage
from tests.e2e.console import go, sign_in
from tests.fixtures.browser import tab

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
SAMPLED = "Math.random = () => 0.05"
"""As the tenth of loads is that is measured."""
HIDE = """() => {
  Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
  document.dispatchEvent(new Event('visibilitychange'));
}"""
"""As a tab is left for another one, which a browser without a window never does."""
NOT_SAMPLED = "Math.random = () => 0.5"


def left(browser: Browser, stack: Stage, address: str, user: str, *, chance: str) -> list[Request]:
    """Use the page a little and leave it; return what it told."""
    told: list[Request] = []
    with tab(browser, stack.neighbours.evm.url, service_workers="block") as opened:
        page = opened.page
        page.add_init_script(chance)
        page.context.on("request", lambda asked: told.append(asked) if "/console/vitals" in asked.url else None)
        sign_in(page, address, stack, user)
        go(page, "gas")
        page.get_by_label("Theme").select_option("dark")
        page.wait_for_timeout(300)  # the interaction's next frame is what is measured
        page.evaluate(HIDE)
        page.wait_for_timeout(500)
        assert opened.complaints == []
    return told


def test_a_load_tells_five_numbers_and_not_who(stack: Stage, browser: Browser, address: str, user: str) -> None:
    begun = time.time()
    (asked,) = left(browser, stack, address, user, chance=SAMPLED)
    body = json.loads(asked.post_data or "")
    assert body["page"] == "signin", "the page that the load showed first"
    assert {"LCP", "FCP", "TTFB"} <= {one["name"] for one in body["vitals"]}
    assert set(body) == {"page", "vitals"}
    assert not {"cookie", "authorization"} & set(asked.headers)
    largest = next(one["value"] for one in body["vitals"] if one["name"] == "LCP")
    assert told_as_metric(stack, begun, "ConsoleLargestPaint", largest / 1000)


def told_as_metric(stack: Stage, since: float, name: str, value: float) -> bool:
    """Whether the deployed function wrote the metric."""
    seen: set[str] = set()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for _, message in function_messages(stack.clients, int(since * 1000), seen):
            if name in message and "_aws" in message:
                line = json.loads(message[message.index("{") :])
                if line["page"] == "signin" and any(abs(one - value) < 1e-9 for one in line[name]):
                    assert "user" not in message.lower()
                    return True
        time.sleep(0.5)
    return False


def test_most_loads_tell_nothing(stack: Stage, browser: Browser, address: str, user: str) -> None:
    assert left(browser, stack, address, user, chance=NOT_SAMPLED) == []
