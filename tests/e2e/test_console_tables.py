"""Long tables by keyboard: rows that come into sight, and the drawing that is loaded under the focus."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from local.up import Stage
from tests.e2e.console import sign_in
from tests.fixtures.browser import tab

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
ROWS = 200
WHERE = "() => document.activeElement.getAttribute('aria-label')"
SEEN = """() => {
  const box = document.activeElement.getBoundingClientRect();
  return box.height > 0 && box.bottom > 0 && box.top < innerHeight;
}"""


def row(n: int) -> dict[str, object]:
    return {
        "id": str(n), "symbol": f"COIN{n:03}", "asset": f"local:0x{n:040x}", "chain": "local", "category": "unknown",
        "decimals": 18, "balance": "1", "priceUsd": "1", "valueUsd": "1", "priceQuality": "good", "isStale": False,
        "asOf": "2026-11-30T10:00:00Z", "why": None, "spamReasons": [],
    }  # fmt: skip


@pytest.fixture
def held(stack: Stage, browser: Browser, address: str, user: str) -> Iterator[tuple[Page, list[Route]]]:
    """A page with a long table, and the requests for the program of long tables, which nobody answers yet."""
    body = json.dumps(
        {"success": True, "data": [row(n) for n in range(ROWS)], "meta": {"pagination": {"nextCursor": None}}}
    )
    waiting: list[Route] = []
    with tab(browser, stack.neighbours.evm.url, service_workers="block") as opened:
        page = opened.page
        page.route("**/v1/portfolio/assets*", lambda route: route.fulfill(body=body, content_type="application/json"))
        page.route("**/assets/LongRows-*", lambda route: waiting.append(route))  # noqa: PLW0108 - the driver marks what it is given
        sign_in(page, address, stack, user)
        expect(table(page).get_by_role("row")).to_have_count(21)
        yield page, waiting
        assert opened.complaints == []


def table(page: Page) -> Locator:
    return page.get_by_role("table", name="Assets")


def button(n: int) -> str:
    return f"How it adds up: COIN{n:03}"


def released(page: Page, waiting: list[Route]) -> None:
    while not waiting:
        page.wait_for_timeout(20)
    first = table(page).locator("tbody tr").first.element_handle()
    for route in waiting:
        route.continue_()
    page.wait_for_function("(row) => !row.isConnected", arg=first)


@pytest.mark.parametrize("place", [0, 7, 19])
def test_the_focus_stays_in_its_row_while_long_tables_are_loaded(held: tuple[Page, list[Route]], place: int) -> None:
    page, waiting = held
    page.get_by_role("button", name=button(place)).focus()
    released(page, waiting)
    assert page.evaluate(WHERE) == button(place)
    assert page.evaluate(SEEN), "it was pushed out of sight"
    page.keyboard.press("Tab")
    assert page.evaluate(WHERE) == button(place + 1)
    assert page.evaluate(SEEN)


def test_tab_leads_through_every_row_and_back(held: tuple[Page, list[Route]]) -> None:
    """Each row comes into sight as the focus reaches it; none is left out, in neither direction."""
    page, waiting = held
    released(page, waiting)
    page.get_by_role("button", name=button(0)).focus()
    for n in range(1, 60):
        page.keyboard.press("Tab")
        assert page.evaluate(WHERE) == button(n)
        assert page.evaluate(SEEN)
    for n in range(58, 20, -1):
        page.keyboard.press("Shift+Tab")
        assert page.evaluate(WHERE) == button(n)
        assert page.evaluate(SEEN)


def test_a_row_with_the_focus_stays_however_far_it_is_scrolled_away(held: tuple[Page, list[Route]]) -> None:
    page, waiting = held
    released(page, waiting)
    page.get_by_role("button", name=button(3)).focus()
    page.evaluate("() => window.scrollTo(0, document.body.scrollHeight)")
    expect(page.get_by_role("button", name=button(ROWS - 1))).to_be_visible()
    assert page.evaluate(WHERE) == button(3)
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(WHERE) == button(2)
    assert page.evaluate(SEEN)
    page.evaluate("() => window.scrollTo(0, document.body.scrollHeight)")
    expect(page.get_by_role("button", name=button(ROWS - 1))).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate(WHERE) == button(3)
    assert page.evaluate(SEEN)
