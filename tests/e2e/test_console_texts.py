"""Every text lies in a catalogue: in the pseudo-language what does not is seen on the page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from local.journey.tokens import token
from local.up import Stage
from tests.e2e.console import PAGES
from tests.fixtures.browser import tab

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
HARD_CODED = """() => {
  // Words of the API, of users and of the chain: amounts, times, codes, names, cells and choices of a table's values.
  const theirs = 'code, data, time, pre, bdi, dd, td, option, script, style, title, noscript';
  const words = (text) => /[A-Za-z]{3,}/.test(text) && !/[⟦⟧]/.test(text);
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let at = walk.nextNode(); at; at = walk.nextNode()) {
    const of = at.parentElement;
    if (words(at.data) && !of.closest(theirs)) found.push(at.data.trim());
  }
  for (const one of document.querySelectorAll('[aria-label], [placeholder], [alt]')) {
    if (one.closest(theirs)) continue;
    for (const name of ['aria-label', 'placeholder', 'alt']) {
      const text = one.getAttribute(name);
      if (text && words(text)) found.push(`${name}: ${text}`);
    }
  }
  return found;
}"""
OWN = {"Test wallet", "starter", "pro", "enterprise", "free", "This needs the tier enterprise or above"}
"""No texts of the console's: names of wallets and plans, and the API's own words of a refusal."""


@pytest.fixture(scope="module")
def pseudo(stack: Stage, browser: Browser, address: str, user: str) -> Iterator[Page]:
    with tab(browser, stack.neighbours.evm.url) as opened:
        page = opened.page
        page.goto(f"{address}?lang=pseudo")
        yield page


def test_the_way_in_has_no_text_of_its_own(pseudo: Page) -> None:
    pseudo.get_by_role("heading", level=1).wait_for()
    assert "⟦" in pseudo.get_by_role("heading", level=1).inner_text()
    assert set(pseudo.evaluate(HARD_CODED)) <= OWN


@pytest.fixture(scope="module")
def within(pseudo: Page, stack: Stage, user: str) -> Page:
    """Signed in: the form of the stage's token is the one that takes a hidden text, with its button beneath it."""
    field = pseudo.locator("input[type=password]").last
    field.fill(token(stack.places.state, user, tier="pro"))
    field.press("Enter")
    pseudo.get_by_role("navigation").wait_for()
    return pseudo


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_text_of_its_own(within: Page, name: str) -> None:
    within.locator(f'nav a[href="/app/{name}"]').click()
    within.locator(f'a[href="/app/{name}"][aria-current="page"]').wait_for()
    within.get_by_role("heading", level=1).wait_for()
    within.wait_for_function("() => document.querySelectorAll('.animate-pulse').length === 0")
    assert set(within.evaluate(HARD_CODED)) <= OWN
