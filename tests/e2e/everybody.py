"""What each page must stand: the keyboard alone, and narrow windows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from playwright.sync_api import Page

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


def reached_by_tab(page: Page) -> None:
    """Fail where Tab leaves something out, or leads to what is not seen."""
    found = stops(page)
    unseen = [one["what"] for one in found if not one["marked"]]
    assert unseen == [], f"the focus is not seen: {unseen}"
    lost = [one["what"] for one in found if not one["seen"] or one["hidden"]]
    assert lost == [], f"the focus is out of sight: {lost}"
    assert len({one["stop"] for one in found}) >= page.evaluate(REACHABLE), "something is reached by a mouse alone"
    assert "Skip to the content" in found[0]["what"]


def not_cut_off(page: Page, widths: Iterable[int] = (320,)) -> None:
    """Fail where a window of one of these widths, in pixels, scrolls sideways."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 700})
        page.wait_for_timeout(150)
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= width, f"{wide} pixels in a window of {width}"
