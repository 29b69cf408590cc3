"""The console while something fails: each refusal has one look, fails alone, and leads on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from local.journey.tokens import token
from local.up import Stage
from tests.e2e.console import panel, refusal, sign_in
from tests.fixtures.browser import tab

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
Opens = Callable[..., AbstractContextManager[Page]]
ASSETS = "**/v1/portfolio/assets*"


@pytest.fixture
def opens(stack: Stage, browser: Browser, address: str, user: str) -> Opens:
    """`opens({pattern: what answers it})`: a page of somebody signed in, of whose requests some are answered so."""

    @contextmanager
    def made(answers: dict[str, Callable[[Route], Any]] | None = None) -> Iterator[Page]:
        with tab(browser, stack.neighbours.evm.url) as opened:
            for pattern, answer in (answers or {}).items():
                opened.page.route(pattern, answer)
            sign_in(opened.page, address, stack, user)
            yield opened.page

    return made


def others_stand(page: Page) -> None:
    expect(panel(page, "Wallets").get_by_label("Address")).to_be_visible()
    expect(panel(page, "Take it away").get_by_role("button", name="Make the file")).to_be_enabled()
    expect(page.get_by_role("heading", name="Portfolio", level=1)).to_be_visible()


def test_too_many_requests_say_the_seconds_and_are_not_asked_again_before(opens: Opens) -> None:
    asked: list[int] = []
    limited = refusal(429, "RATE_LIMITED", **{"Retry-After": "3"})

    def once(route: Route) -> None:
        asked.append(1)
        limited(route) if len(asked) == 1 else route.continue_()

    with opens({ASSETS: once}) as page:
        part = panel(page, "Assets")
        expect(part.get_by_role("alert")).to_contain_text("Too many requests.")
        expect(part.get_by_role("alert")).to_contain_text("req_of_a_test")
        wait = part.get_by_role("button", name=re.compile(r"Try again in [123] s"))
        expect(wait).to_be_disabled()
        others_stand(page)
        assert len(asked) == 1
        part.get_by_role("button", name="Try again", exact=True).click()
        expect(part.get_by_role("alert")).to_have_count(0)
        assert len(asked) == 2


@pytest.mark.parametrize("body", ["<html>down</html>", None])
def test_a_part_that_does_not_answer_is_asked_three_times_and_fails_alone(opens: Opens, body: str | None) -> None:
    asked: list[int] = []
    ours = refusal(503, "UPSTREAM_UNAVAILABLE")

    def down(route: Route) -> None:
        asked.append(1)
        ours(route) if body is None else route.fulfill(status=503, body=body, content_type="text/html")

    with opens({ASSETS: down}) as page:
        expect(panel(page, "Assets").get_by_role("alert")).to_contain_text("This part does not answer just now")
        expect(panel(page, "Assets").get_by_role("button", name="Try again", exact=True)).to_be_enabled()
        others_stand(page)
        assert len(asked) == 3


GARBAGE = ('{"data": [{"id": 1}], "meta": {}}', '{"data": "x", "meta": {}}', '{"data": null}', "no JSON", "[]")


@pytest.mark.parametrize("body", GARBAGE)
def test_an_answer_that_is_garbage_breaks_its_part_alone(opens: Opens, body: str) -> None:
    answer = {ASSETS: lambda route: route.fulfill(status=200, body=body, content_type="application/json")}
    with opens(answer) as page:
        expect(panel(page, "Assets").get_by_role("alert")).to_contain_text("cannot be read")
        others_stand(page)


def test_a_session_that_ends_keeps_what_was_typed(opens: Opens, stack: Stage, user: str) -> None:
    with opens() as page:
        page.route("**/v1/portfolio/wallets", refusal(401, "UNAUTHENTICATED"))
        page.get_by_label("Address").fill("0x52908400098527886E0F7030069857D2E4169EE7")
        page.get_by_label("Name", exact=True).fill("Savings")
        page.get_by_role("button", name="Add a wallet").click()
        expect(page.get_by_text("Your session has ended.")).to_be_visible()
        page.unroute("**/v1/portfolio/wallets")
        page.get_by_label("A token of this machine's stage").fill(token(stack.places.state, user, tier="pro"))
        page.get_by_role("button", name="Use it").click()
        expect(page.get_by_text("Your session has ended.")).to_have_count(0)
        expect(page.get_by_label("Name", exact=True)).to_have_value("Savings")


HOSTILE = ("<img src=x onerror=alert(1)>", "US\u202eDC\u202c", "U\u0405DC", "\u200b\u200bUSDC", "W" * 10_000)


def test_names_of_others_are_shown_harmless(opens: Opens) -> None:
    """Script, letters that turn the line, look-alikes, letters that nobody sees, and ten thousand of them."""
    kept = {
        "chain": "local", "category": "unknown", "decimals": 18, "balance": "1", "priceUsd": "1", "valueUsd": "1",
        "priceQuality": "good", "isStale": False, "asOf": "2026-11-30T10:00:00Z", "why": None, "spamReasons": [],
    }  # fmt: skip
    rows = [
        {**kept, "id": str(n), "symbol": name, "asset": f"local:0x{n:040x}"} for n, name in enumerate(HOSTILE, start=1)
    ]
    body = json.dumps({"success": True, "data": rows, "meta": {"pagination": {"nextCursor": None}}})
    with opens({ASSETS: lambda route: route.fulfill(body=body, content_type="application/json")}) as page:
        page.on("dialog", lambda _: pytest.fail("a name ran"))
        table = page.get_by_role("table", name="Assets")
        expect(table.locator("tbody tr")).to_have_count(len(HOSTILE))
        assert table.locator("img").count() == 0
        shown = [row.locator("strong").inner_text() for row in table.locator("tbody tr").all()]
        assert shown[0].startswith("<img src=x")
        assert "\u202e" not in shown[1]
        assert "mixes alphabets" in table.locator("tbody tr").nth(2).inner_text() or "⚠" in shown[2]
        assert shown[3] == "USDC"
        assert len(shown[4]) < 100
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 1280
