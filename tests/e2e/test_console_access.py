"""Each page by keyboard alone, narrow, enlarged, without motion, and in the colours of the system."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.e2e.console import PAGES, go
from tests.e2e.everybody import SHOWN, not_cut_off, reached_by_tab
from tests.fixtures.browser import Tab

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
WIDE: ViewportSize = {"width": 1280, "height": 900}


@pytest.fixture(params=PAGES)
def shown(request: pytest.FixtureRequest, inside: Tab) -> Iterator[Page]:
    """Each page in turn, left in the usual window."""
    go(inside.page, request.param)
    yield inside.page
    inside.page.set_viewport_size(WIDE)
    inside.page.emulate_media(reduced_motion="null", forced_colors="null")


def test_all_that_can_be_used_is_reached_by_tab_and_seen(shown: Page) -> None:
    reached_by_tab(shown)


def test_nothing_is_cut_off_where_it_is_narrow_or_enlarged(shown: Page) -> None:
    """320 pixels are a small telephone, and 1280 pixels at 400 %; 640 are 1280 at 200 %. Between are tablets."""
    not_cut_off(shown, (320, 640, 820, 1040))


def test_nothing_moves_for_who_wants_no_motion(shown: Page) -> None:
    shown.emulate_media(reduced_motion="reduce")
    moving = """() => [...document.querySelectorAll('*')].filter((one) => {
      const style = getComputedStyle(one), longest = (text) => Math.max(...text.split(',').map(parseFloat));
      return longest(style.animationDuration) > 0.01 || longest(style.transitionDuration) > 0.01;
    }).map((one) => one.outerHTML.slice(0, 120))"""
    assert shown.evaluate(moving) == []


def test_the_systems_colours_leave_edges_and_focus(shown: Page) -> None:
    """Backgrounds go there: what is a button or a choice has an edge, and the focus its outline."""
    shown.emulate_media(forced_colors="active")
    bare = """() => [...document.querySelectorAll('main button, main input, main select, main textarea')]
      .filter((one) => one.checkVisibility() && !['radio', 'checkbox'].includes(one.type))
      .filter((one) => parseFloat(getComputedStyle(one).borderTopWidth) < 1)
      .map((one) => one.outerHTML.slice(0, 120))"""
    assert shown.evaluate(bare) == []
    chosen = """() => [...document.querySelectorAll('[role=radiogroup] label')].map((one) => {
      const style = getComputedStyle(one);
      return one.querySelector('input').checked === (style.fontWeight >= 600);
    })"""
    assert all(shown.evaluate(chosen)), "a choice is told by its colour alone"
    shown.keyboard.press("Tab")
    assert shown.evaluate(SHOWN)["marked"]


def test_a_dialog_holds_the_focus_and_gives_it_back(inside: Tab) -> None:
    page = inside.page
    go(page, "account")
    erase = page.get_by_role("button", name="Erase the account")
    erase.focus()
    page.keyboard.press("Enter")
    within = "() => Boolean(document.activeElement.closest('dialog')) || document.activeElement === document.body"
    for _ in range(6):
        page.keyboard.press("Tab")
        assert page.evaluate(within)
    page.keyboard.press("Escape")
    assert page.evaluate("() => document.activeElement.textContent") == "Erase the account"
