"""The console as an installed program: its shell without a network, and a deploy under an open tab."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from local.up import Stage
from tests.e2e.console import by_wallet, go
from tests.fixtures.browser import tab

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
READY = """() => navigator.serviceWorker.ready.then(({ active }) => active.state === 'activated'
  || new Promise((done) => active.addEventListener('statechange', () => done(true))))"""
KEPT = """async () => {
  const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
  return (await Promise.all(caches_.map((one) => one.keys()))).flat().map((one) => new URL(one.url).pathname);
}"""


def test_the_shell_opens_without_a_network_and_keeps_no_data(stack: Stage, browser: Browser, address: str) -> None:
    with tab(browser, stack.neighbours.evm.url, account=5) as opened:
        page = opened.page
        by_wallet(page, address)
        page.evaluate(READY)
        for name in ("alerts", "account"):
            go(page, name)
        kept = page.evaluate(KEPT)
        assert "/app/index.html" in kept
        assert [
            one
            for one in kept
            if not re.fullmatch(r"/app/(assets/[\w.-]+|index\.html|icon\.svg|\S+\.webmanifest)", one)
        ] == []
        page.context.set_offline(True)
        page.reload()
        expect(page.get_by_role("heading", name="Your session could not be restored yet")).to_be_visible()
        expect(page.get_by_role("alert")).to_contain_text("The API cannot be reached.")
        page.context.set_offline(False)
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("heading", name="Account", level=1)).to_be_visible()
        session = page.context.new_cdp_session(page)
        wrong = {one["errorId"] for one in session.send("Page.getInstallabilityErrors")["installabilityErrors"]}
        assert wrong <= {"in-incognito"}, "a test's profile is one; nothing else may be in the way"


def test_a_deploy_under_an_open_tab_is_offered_and_forced_on_nobody(
    stack: Stage, browser: Browser, address: str
) -> None:
    """What was typed stays, pages that were not loaded yet still are, and who asks for it has the new release."""
    with tab(browser, stack.neighbours.evm.url, account=6) as opened:
        page = opened.page
        page.clock.install()
        by_wallet(page, address)
        page.get_by_label("Address").fill("0x5290")
        page.route("**/app/index.html", newer)
        page.clock.fast_forward("06:00")
        offer = page.get_by_role("status").filter(has_text="A new version is there.")
        expect(offer).to_be_visible()
        expect(page.get_by_label("Address")).to_have_value("0x5290")
        go(page, "security")
        expect(page.get_by_role("heading", name="Security", level=1)).to_be_visible()
        with page.expect_event("load"):
            offer.get_by_role("button", name="Load it").click()


def newer(route: Route) -> None:
    """The page of the next release: its script has another name."""
    body = route.fetch().text()
    route.fulfill(
        body=re.sub(r"/app/assets/index-[\w-]+\.js", "/app/assets/index-next.js", body), content_type="text/html"
    )


def test_a_file_of_a_release_that_is_gone_says_so(stack: Stage, browser: Browser, address: str) -> None:
    """After thirty days a tab's own files are gone: it is led to the new release, and is no empty page."""
    with tab(browser, stack.neighbours.evm.url, account=7, service_workers="block") as opened:
        page: Page = opened.page
        by_wallet(page, address)
        page.route("**/app/assets/UsagePage-*", lambda route: route.fulfill(status=404, body="gone"))
        page.get_by_role("navigation", name="Sections").locator('a[href="/app/usage"]').click()
        expect(page.get_by_role("alert")).to_contain_text("a newer version is there")
        expect(page.get_by_role("alert").get_by_role("button", name="Load it")).to_be_visible()
        expect(page.get_by_role("navigation", name="Sections")).to_be_visible()
