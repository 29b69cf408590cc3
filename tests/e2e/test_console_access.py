"""Each page by keyboard alone, narrow, enlarged, without motion, and in the colours of the system."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.console import PAGES, go
from tests.fixtures.browser import Tab

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
NARROW, WIDE = {"width": 320, "height": 700}, {"width": 1280, "height": 900}
MOST_STOPS = 400
SHOWN = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect();
  const style = getComputedStyle(at), around = at.closest('label');
  const line = (of) => getComputedStyle(of);
  const marked = (of) => of && line(of).outlineStyle !== 'none' && parseFloat(line(of).outlineWidth) >= 2;
  window.__stops ??= new Map();
  if (!window.__stops.has(at)) window.__stops.set(at, window.__stops.size);
  return {
    stop: window.__stops.get(at),
    what: at.outerHTML.slice(0, 160),
    body: at === document.body,
    marked: Boolean(marked(at) || marked(around)),
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    hidden: style.visibility === 'hidden' || Boolean(at.closest('[inert]')),
  };
}"""
BEGIN = """() => {
  window.__stops = new Map();
  window.scrollTo(0, 0);
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute('tabindex');
}"""
REACHABLE = """() => [
  ...document.querySelectorAll('a[href], button:not(:disabled), input:not(:disabled), select, textarea')]
  .filter((one) => one.checkVisibility() && !(one.type === 'radio' && !one.checked)).length"""


@pytest.fixture(params=PAGES)
def shown(request: pytest.FixtureRequest, inside: Tab) -> Iterator[Page]:
    """Each page in turn, left in the usual window."""
    go(inside.page, request.param)
    yield inside.page
    inside.page.set_viewport_size(WIDE)  # type: ignore[arg-type]  # a mapping of the same members
    inside.page.emulate_media(reduced_motion="null", forced_colors="null")


def stops(page: Page) -> list[dict[str, Any]]:
    """What Tab leads to, from the beginning of the page until it leaves it or begins anew."""
    page.evaluate(BEGIN)
    found: list[dict[str, Any]] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        at = page.evaluate(SHOWN)
        if at["body"] or (found and at["stop"] == 0):
            return found
        found.append(at)
    raise AssertionError(f"the focus never left the page: {found[-3:]}")


def test_all_that_can_be_used_is_reached_by_tab_and_seen(shown: Page) -> None:
    found = stops(shown)
    assert [one["what"] for one in found if not one["marked"]] == [], "the focus is not seen"
    assert [one["what"] for one in found if not one["seen"] or one["hidden"]] == [], "the focus is out of sight"
    assert len({one["stop"] for one in found}) >= shown.evaluate(REACHABLE), "something is reached by a mouse alone"
    assert "Skip to the content" in found[0]["what"]


def test_nothing_is_cut_off_where_it_is_narrow_or_enlarged(shown: Page) -> None:
    """320 pixels are a small telephone, and 1280 pixels at 400 %; 640 are 1280 at 200 %. Between are tablets."""
    for width in (320, 640, 820, 1040):
        shown.set_viewport_size({"width": width, "height": 700})
        shown.wait_for_timeout(150)
        wide = shown.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= width, f"{wide} pixels in a window of {width}"


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
