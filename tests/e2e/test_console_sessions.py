"""The console's session and stream: shared by tabs, restored, cut off and caught up with."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Route, WebSocketRoute, expect

from local.journey.client import Client
from local.up import Stage
from tests.e2e.console import by_wallet, go, refusal, sign_in
from tests.fixtures.browser import tab

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
RULE = {
    "type": "price",
    "actions": [],
    "fireIfTrue": True,
    "conditions": [
        {"field": "asset", "operator": "eq", "value": "ETH"},
        {"field": "price_usd", "operator": "gt", "value": "1000"},
    ],
}


def fired(api: Client, name: str) -> int:
    return sum(one["ruleName"] == name for one in api.get("/v1/alerts/history"))


def test_a_stream_that_was_cut_catches_up_with_nothing_lost_or_twice(
    stack: Stage, browser: Browser, address: str, user: str, client: Callable[..., Client]
) -> None:
    """A rule fires while nobody listens; when the stream is back its alert is there, once."""
    api = client(user)
    held: list[WebSocketRoute] = []
    cut = {"now": False}
    with tab(browser, stack.neighbours.evm.url) as opened:
        page = opened.page

        def through(route: WebSocketRoute) -> None:
            if cut["now"]:
                route.close(code=1011)
                return
            held.append(route)
            route.connect_to_server()

        page.route_web_socket(re.compile(r".*/v1/alerts/stream.*"), through)
        sign_in(page, address, stack, user)
        go(page, "alerts")
        badge = page.get_by_role("status").filter(has_text=re.compile("Live|Connecting"))
        expect(badge).to_have_text("Live")
        cut["now"] = True
        held[-1].close(code=1011)
        expect(badge).to_have_text("Connecting again")
        name = f"cut {uuid4().hex[:6]}"
        api.post("/v1/alerts/rules", RULE | {"name": name})
        deadline = time.monotonic() + 60
        while not fired(api, name) and time.monotonic() < deadline:
            page.wait_for_timeout(500)  # which lets the page try its stream again
        assert fired(api, name) == 1
        row = page.get_by_role("table", name="Fired").get_by_role("row").filter(has_text=name)
        expect(row).to_have_count(0)
        cut["now"] = False
        expect(badge).to_have_text("Live")
        expect(row).to_have_count(1)


def test_two_tabs_share_one_refresh_and_one_end(stack: Stage, browser: Browser, address: str) -> None:
    with tab(browser, stack.neighbours.evm.url, account=3) as opened:
        first, context = opened.page, opened.page.context
        by_wallet(first, address)
        second = context.new_page()
        second.set_default_timeout(60_000)
        second.goto(address)
        expect(second.get_by_role("heading", name="Portfolio", level=1)).to_be_visible()
        refreshes: list[str] = []
        context.on("request", lambda asked: refreshes.append(asked.url) if "/auth/refresh" in asked.url else None)
        old: set[str] = set()

        def expired(route: Route) -> None:
            old.add(route.request.headers["authorization"]) if not old else None
            mine = route.request.headers["authorization"]
            refusal(401, "UNAUTHENTICATED")(route) if mine in old else route.continue_()

        context.route("**/v1/users/profile", expired)
        for page in (first, second):
            page.get_by_role("navigation", name="Sections").locator('a[href="/app/account"]').click()
        for page in (first, second):
            expect(page.get_by_label("Time zone of your days")).to_be_visible()
        assert len(refreshes) == 1
        first.get_by_role("button", name="Sign out", exact=True).click()
        for page in (first, second):
            expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()


def test_a_reload_while_the_api_is_away_does_not_end_the_session(stack: Stage, browser: Browser, address: str) -> None:
    with tab(browser, stack.neighbours.evm.url, account=4) as opened:
        page = opened.page
        by_wallet(page, address)
        page.route("**/v1/auth/refresh", refusal(429, "RATE_LIMITED", **{"Retry-After": "2"}))
        page.reload()
        expect(page.get_by_role("heading", name="Your session could not be restored yet")).to_be_visible()
        expect(page.get_by_role("button", name=re.compile(r"Try again in \d s"))).to_be_disabled()
        page.unroute("**/v1/auth/refresh")
        expect(page.get_by_role("heading", name="Portfolio", level=1)).to_be_visible()
