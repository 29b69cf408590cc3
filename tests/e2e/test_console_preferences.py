"""Theme and density are the account's: chosen in one browser, they hold in the next."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from local.journey.client import Client
from local.up import Stage
from tests.e2e.console import go, panel, sign_in, violations
from tests.e2e.everybody import not_cut_off, reached_by_tab
from tests.fixtures.browser import Tab, tab

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def test_what_is_chosen_here_holds_in_another_browser(
    stack: Stage, address: str, user: str, inside: Tab, client: Callable[..., Client]
) -> None:
    page, api = inside.page, client(user)
    api.call("PUT", "/v1/users/preferences", {"tradingPreferences": {"slippage": "0.5"}})
    go(page, "account")
    part = panel(page, "Preferences")
    for choice, name in (("Density", "High"), ("Colours", "Dark")):
        with page.expect_response(lambda one: one.url.endswith("/preferences") and one.request.method == "PUT"):
            part.get_by_role("radiogroup", name=choice).get_by_text(name, exact=True).click()
    kept = api.get("/v1/users/preferences")
    assert (kept["theme"], kept["tradingPreferences"]) == ("dark", {"slippage": "0.5", "density": "high"})
    browser = page.context.browser
    assert browser is not None
    with tab(browser, stack.neighbours.evm.url) as other:
        sign_in(other.page, address, stack, user)
        expect(other.page.locator('html[data-density="high"][data-theme="dark"]')).to_have_count(1)


def test_high_density_can_be_used_by_everybody(inside: Tab) -> None:
    page = inside.page
    go(page, "account")
    page.evaluate("() => { document.documentElement.dataset.density = 'high'; }")
    assert violations(page) == []
    small = """() => [...document.querySelectorAll('main button')].filter((one) => one.checkVisibility())
      .map((one) => one.getBoundingClientRect()).filter((box) => box.height < 24 || box.width < 24).length"""
    assert page.evaluate(small) == 0
    reached_by_tab(page)
    not_cut_off(page)
    page.set_viewport_size({"width": 1280, "height": 900})
