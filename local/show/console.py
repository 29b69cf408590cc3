"""Bring the stage up and walk through the console in a real browser.

`make show NAME=console`: sign in by a wallet, portfolio, a live alert, a report from an exchange's file, a scan before
a signature; then the same with an API that does not answer.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

from local.browser import ARGUMENTS, HOW, program
from local.errors import LocalError
from local.journey.walk import must_equal
from local.market.node import calldata
from local.payments.prices import AGREED
from local.places import Places
from local.progress import say, step
from local.show.page_wallet import Wallet, announce
from local.up import Stage, up

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

_PATIENCE_MS = 120_000
_PARTS = ("portfolio", "alerts", "tax", "security")
_FILE = (
    "Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,"
    "Total (inclusive of fees and/or spread),Fees and/or Spread,Notes\n"
    "2025-03-01T12:00:00Z,Buy,ETH,1.5,USD,2200,3300,3303,3,\n2025-05-01T12:00:00Z,Sell,ETH,0.5,USD,2600,1300,1299,1,\n"
)


def show_console(places: Places) -> None:
    stage = up(places)
    say("\nThe console in a real browser, as somebody new walks through it:\n")
    begun = time.monotonic()
    walk_console(stage)
    say(f"\nShown in {time.monotonic() - begun:.1f} s. Everything runs on. Stop it with: make down")


def walk_console(stage: Stage) -> None:
    """Walk through the console and print each step's evidence.

    LocalError where something is not as it should be.
    """
    with _page(stage) as page:
        _signs_in(stage, page)
        _portfolio(stage, page)
        _alert(page)
        _report(page)
        _scan(stage, page)
        _without_the_api(page)


@contextmanager
def _page(stage: Stage) -> Iterator[Page]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a developer's library, which the stage needs not

    path = program()
    if path is None:
        raise LocalError("There is no browser here.", f"Get one: {HOW}")
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        context = started.new_context(viewport={"width": 1280, "height": 900})
        announce(context, Wallet(stage.neighbours.evm.url, account=7), "Wallet of this machine", 1)
        page = context.new_page()
        page.set_default_timeout(_PATIENCE_MS)
        yield page
        started.close()


def _signs_in(stage: Stage, page: Page) -> None:
    page.goto(stage.neighbours.console.page)
    with step("Sign in by a wallet (EIP-6963), the message read first") as note:
        page.get_by_role("button", name="Wallet of this machine").click()
        message = page.get_by_role("region", name="This is what you will sign").inner_text()
        page.get_by_role("button", name="Sign in the wallet").click()
        page.get_by_role("heading", name="Portfolio", level=1).wait_for()
        note.text = message.splitlines()[0]
    with step("Pay for a plan at the cashier of this machine") as note:
        with page.expect_response("**/v1/users/profile") as told:
            _go(page, "account")
        user = told.value.json()["data"]["id"]
        httpx.post(f"{stage.neighbours.inbox.url}/payments/agree/{AGREED}/{user}").raise_for_status()
        while page.get_by_text("with pro").count() or not page.get_by_role("navigation").is_visible():
            page.reload()
            page.get_by_role("heading", level=1).wait_for()
            page.wait_for_timeout(1_000)
        note.text = f"user {user}"


def _portfolio(stage: Stage, page: Page) -> None:
    _go(page, "portfolio")
    with step("Add a wallet and see what it holds") as note:
        page.get_by_label("Address").fill(stage.market.wallet)
        page.get_by_role("button", name="Add a wallet").click()
        total = page.locator("p.text-4xl data")
        total.wait_for()
        note.text = f"{total.inner_text()}, exactly {total.get_attribute('value')}"


def _alert(page: Page) -> None:
    _go(page, "alerts")
    with step("A rule, and its alert as it fires") as note:
        page.get_by_label("Name").fill("ETH above a thousand")
        page.get_by_label("With").nth(0).fill("ETH")
        page.get_by_label("With").nth(1).fill("1000")
        page.get_by_label("Tell me by").select_option("")
        page.get_by_label("Fire at once where it holds already").check()
        page.get_by_role("button", name="Make the rule").click()
        row = page.get_by_role("table", name="Fired").locator("tbody tr").first
        row.wait_for()
        note.text = row.locator("td").nth(1).inner_text()


def _report(page: Page) -> None:
    _go(page, "tax")
    with step("A file of an exchange, and the report of a year") as note:
        given = {"name": "coinbase.csv", "mimeType": "text/csv", "buffer": _FILE.encode()}
        page.locator("input[type=file]").set_input_files(given)  # type: ignore[arg-type]  # a mapping of its members
        page.get_by_role("button", name="Import it").click()
        page.get_by_text("2 transactions added").wait_for()
        page.get_by_label("Year").fill("2025")
        page.get_by_role("button", name="Make the report").click()
        report = page.get_by_role("table", name="Reports").get_by_role("row").filter(has_text="done")
        report.wait_for()
        note.text = f"its files: {', '.join(one.inner_text() for one in report.get_by_role('link').all())}"


def _scan(stage: Stage, page: Page) -> None:
    _go(page, "security")
    with step("An approval without end, judged before it is signed") as note:
        form = _part(page, "Look before you sign")
        form.get_by_label("Chain").select_option("local")
        data = (
            "0x" + calldata("approve(address,uint256)", "0x1000000000000000000000000000000000000bad", 2**256 - 1).hex()
        )
        asked = {"from": stage.market.wallet, "to": stage.market.usd, "data": data, "value": "0x0"}
        form.get_by_label("Transaction", exact=True).last.fill(json.dumps(asked))
        form.get_by_role("button", name="Judge it").click()
        verdict = form.get_by_role("status", name="Verdict")
        verdict.wait_for()
        must_equal("the number of findings", verdict.get_by_role("article").count() > 0, True)
        note.text = verdict.get_by_role("article").first.inner_text().splitlines()[0]


def _without_the_api(page: Page) -> None:
    """No answer comes: nobody is signed out; each page stands, and its parts say why they show nothing."""
    with step("The API away, the page loaded anew") as note:
        page.route("**/v1/**", lambda route: route.abort())
        page.reload()
        page.get_by_text("The API cannot be reached.").wait_for()
        note.text = page.get_by_role("heading").first.inner_text()
        page.unroute("**/v1/**")
    with step("It is back: the session goes on") as note:
        page.get_by_role("button", name="Try again").click()
        page.get_by_role("navigation", name="Sections").wait_for()
        note.text = page.get_by_role("heading", level=1).inner_text()
    page.route("**/v1/**", lambda route: route.continue_() if "/v1/auth/" in route.request.url else route.abort())
    for name in _PARTS:
        with step(f"All but logins away: {name}") as note:
            _go(page, name)
            page.reload()
            away = page.get_by_text("The API cannot be reached.")
            away.first.wait_for()
            note.text = f"{page.get_by_role('heading', level=1).inner_text()} stands, {away.count()} parts say so"
    page.unroute("**/v1/**")


def _go(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Sections").locator(f'a[href="/app/{name}"]').click()
    page.locator(f'a[href="/app/{name}"][aria-current="page"]').wait_for()
    page.get_by_role("heading", level=1).wait_for()


def _part(page: Page, title: str) -> Locator:
    return page.locator("section", has=page.get_by_role("heading", name=title, exact=True, level=2))
