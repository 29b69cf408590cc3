"""What journeys through the console share: the way in, the navigation, axe."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

from local.journey.tokens import token
from local.up import Stage

PAGES = ("portfolio", "alerts", "tax", "gas", "security", "usage", "account")
_AXE = (Path(__file__).parents[2] / "console/node_modules/axe-core/axe.min.js").read_text()
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def sign_in(page: Page, address: str, stack: Stage, user: str, *, tier: str = "pro") -> None:
    """By the stage's token, which stands for the free platform's."""
    page.goto(address)
    page.get_by_label("A token of this machine's stage").fill(token(stack.places.state, user, tier=tier))
    page.get_by_role("button", name="Use it").click()
    expect(page.get_by_role("heading", name="Portfolio", level=1)).to_be_visible()


def by_wallet(page: Page, address: str) -> None:
    """By the wallet in the page: a session that a reload restores."""
    page.goto(address)
    page.get_by_role("button", name="Test wallet").click()
    page.get_by_role("button", name="Sign in the wallet").click()
    expect(page.get_by_role("heading", name="Portfolio", level=1)).to_be_visible()


def refusal(status: int, code: str, **headers: str) -> Callable[[Route], None]:
    """What the API refuses a request with."""
    said = {"code": code, "message": f"Said by the test: {code}", "details": {}}
    body = json.dumps({"success": False, "error": said, "meta": {"requestId": "req_of_a_test", "timestamp": "x"}})
    return lambda route: route.fulfill(status=status, headers=headers, body=body, content_type="application/json")


def go(page: Page, name: str) -> None:
    """By the navigation, as a user does: a reload would lose the token's session."""
    link = page.get_by_role("navigation", name="Sections").locator(f'a[href="/app/{name}"]')
    if not link.is_visible():
        page.get_by_role("button", name="Menu").click()
    link.click()
    expect(page.locator(f'a[href="/app/{name}"][aria-current="page"]')).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".animate-pulse")).to_have_count(0)


def panel(page: Page, title: str) -> Locator:
    """A part of a page by its heading."""
    return page.locator("section", has=page.get_by_role("heading", name=title, exact=True, level=2))


def violations(page: Page) -> list[Any]:
    """What axe finds against WCAG 2.2 AA on the page as it is shown."""
    page.evaluate(_AXE)
    found = page.evaluate("(rules) => axe.run(document, rules)", _RULES)
    return [(one["id"], [node["html"][:160] for node in one["nodes"]][:3]) for one in found["violations"]]
