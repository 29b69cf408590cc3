"""The console in a real browser on the deployed stage: a wallet that really signs, figures equal to the API's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect

from local.evm import CHAIN_ID
from local.journey.client import Client
from local.market.node import calldata
from local.up import Stage
from tests.e2e.console import PAGES, go, violations
from tests.e2e.mails import link_to
from tests.fixtures.browser import REFUSED, Tab, tab

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]  # each first request of a service starts its function


def test_a_wallet_signs_in_stays_through_a_reload_and_leaves(stack: Stage, browser: Browser, address: str) -> None:
    with tab(browser, stack.neighbours.evm.url) as opened:
        page, wallet = opened.page, opened.wallet
        wallet.refuses["personal_sign"] = REFUSED
        page.goto(address)
        page.get_by_role("button", name="Test wallet").click()
        message = page.get_by_role("region", name="This is what you will sign")
        expect(message).to_contain_text("wants you to sign in with your Ethereum account")
        assert "personal_sign" not in wallet.asked, "nothing is signed before it was shown"
        page.get_by_role("button", name="Sign in the wallet").click()
        expect(page.get_by_role("alert")).to_contain_text("You refused in the wallet")
        wallet.refuses.clear()
        page.get_by_role("button", name="Sign in the wallet").click()
        expect(page.get_by_role("heading", name="Portfolio", level=1)).to_be_visible()
        kept = page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
        assert not re.search(r"eyJ|prt_|0x[0-9a-f]{40}", kept), kept
        page.reload()
        expect(page.get_by_role("heading", name="Portfolio", level=1)).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_password_and_google_sign_in_where_the_stage_has_them(stack: Stage, browser: Browser, address: str) -> None:
    """A mail's link makes the account; Google's page, which the inbox stands for, leads back into a session."""
    with tab(browser, stack.neighbours.evm.url) as opened:
        page, email, secret = opened.page, f"{uuid4().hex[:10]}@example.org", "seven quiet lamps hum"
        page.goto(address)
        page.get_by_text("New account", exact=True).click()
        page.get_by_label("E-mail address", exact=True).fill(email)
        page.get_by_label("Password", exact=True).fill("short")
        page.get_by_role("button", name="Make an account").click()
        expect(page.get_by_label("Password", exact=True)).to_have_attribute("aria-invalid", "true")
        page.get_by_label("Password", exact=True).fill(secret)
        page.get_by_role("button", name="Make an account").click()
        expect(page.get_by_text("A mail is on its way")).to_be_visible()
        page.goto(link_to(stack.neighbours.inbox, email))
        made = page.get_by_role("button", name="Make the account")
        expect(made).to_be_visible()
        assert "token" not in page.url
        made.click()
        expect(page.get_by_role("heading", name="Portfolio", level=1)).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_label("E-mail address", exact=True).fill(email)
        page.get_by_label("Password", exact=True).fill(secret + "!")
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("alert")).to_be_visible()
        page.get_by_label("Password", exact=True).fill(secret)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("heading", name="Portfolio", level=1)).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("link", name="Continue with Google").click()
        page.get_by_label("E-mail").fill(f"{uuid4().hex[:10]}@example.org")
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("heading", name="Portfolio", level=1)).to_be_visible()


def test_the_total_is_the_apis_to_the_last_digit(
    inside: Tab, stack: Stage, user: str, client: Callable[..., Client]
) -> None:
    """A wallet is added and read by the page alone; a wrong address is marked where it stands."""
    page, api = inside.page, client(user, tier="pro")
    go(page, "portfolio")
    page.get_by_label("Address").fill("0x52908400098527886E0F7030069857D2E4169Ee7")
    page.get_by_role("button", name="Add a wallet").click()
    field = page.get_by_label("Address")
    expect(field).to_have_attribute("aria-invalid", "true")
    inside.forgive()  # a browser tells each refusal as an error
    field.fill(stack.market.wallet)
    page.get_by_role("button", name="Add a wallet").click()
    total = page.locator("p.text-4xl data")
    expect(total).to_be_visible(timeout=90_000)
    told = str(api.get("/v1/portfolio")["totalValueUsd"])
    expect(total).to_have_attribute("value", told)
    assert float(told) > 0


def test_a_rule_made_here_fires_here(inside: Tab, stack: Stage) -> None:
    page = inside.page
    go(page, "alerts")
    page.get_by_label("Name").fill("ETH <b>breaks</b> out")
    page.get_by_label("With").nth(0).fill("ETH")
    page.get_by_label("With").nth(1).fill("1000.5")
    page.get_by_label("Tell me by").select_option("")
    page.get_by_label("Fire at once where it holds already").check()
    page.get_by_role("button", name="Make the rule").click()
    expect(page.get_by_text("watches now")).to_be_visible()
    fired = page.get_by_role("table", name="Fired")
    expect(fired).to_contain_text("ETH is at", timeout=60_000)
    expect(fired).to_contain_text("<b>breaks</b>")
    assert page.locator("td b").count() == 0


def test_a_broken_file_is_refused_at_its_line_and_a_mended_one_reported(inside: Tab) -> None:
    page = inside.page
    go(page, "tax")
    head = "id,timestamp,type,asset,amount,price,fee\n"
    lines = "t1,2025-03-01T12:00:00Z,buy,ETH,1.5,2200,3\nt2,2025-05-01T12:00:00Z,sell,ETH,{},2600,1\n"
    give = page.locator("input[type=file]")
    give.set_input_files({"name": "mine.csv", "mimeType": "text/csv", "buffer": (head + lines.format("x")).encode()})
    page.get_by_role("button", name="Import it").click()
    expect(page.get_by_role("alert")).to_contain_text("line 3")
    inside.forgive()
    give.set_input_files({"name": "mine.csv", "mimeType": "text/csv", "buffer": (head + lines.format("0.5")).encode()})
    page.get_by_role("button", name="Import it").click()
    expect(page.get_by_text("2 transactions added")).to_be_visible()
    page.get_by_label("Year").fill("2025")
    page.get_by_role("button", name="Make the report").click()
    reports = page.get_by_role("table", name="Reports")
    expect(reports).to_contain_text("done", timeout=90_000)
    expect(reports.get_by_role("link").first).to_be_visible()


def test_what_is_to_be_signed_is_judged_before_it_is(
    inside: Tab, stack: Stage, user: str, client: Callable[..., Client]
) -> None:
    """An approval of everything to an unknown account is said; a transaction for another chain is sent back."""
    page = inside.page
    go(page, "security")
    chains = client(user, tier="pro").get("/v1/chains")["chains"]
    local = next(one for one in chains if one["chainId"] == CHAIN_ID)
    form = page.locator("section", has=page.get_by_role("heading", name="Look before you sign"))
    form.get_by_label("Chain").select_option(local["name"])
    spender = "0x1000000000000000000000000000000000000bad"
    data = "0x" + calldata("approve(address,uint256)", spender, 2**256 - 1).hex()
    asked = {"from": stack.market.wallet, "to": stack.market.usd, "data": data, "value": "0x0", "nonce": 7}
    pasted = form.get_by_label("Transaction", exact=True).last
    pasted.fill(json.dumps({**asked, "chainId": "0x1"}))
    form.get_by_role("button", name="Judge it").click()
    expect(form.get_by_text("This is for the chain with the id 0x1")).to_be_visible()
    pasted.fill(json.dumps({**asked, "chainId": hex(CHAIN_ID)}))
    form.get_by_role("button", name="Judge it").click()
    verdict = form.get_by_role("status", name="Verdict")
    expect(verdict).to_contain_text("What it does")
    expect(verdict).not_to_contain_text("Nothing speaks against it")
    assert verdict.get_by_role("article").count() >= 1
    expect(form).to_contain_text("were not sent: nonce")
    expect(page.get_by_role("table", name="Earlier scans")).to_contain_text("Risk")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_each_page_can_be_used_by_everybody(inside: Tab, name: str, theme: str) -> None:
    page = inside.page
    go(page, name)
    page.get_by_label("Theme").select_option(theme)
    assert violations(page) == []


def test_nothing_is_cut_off_at_320_pixels(inside: Tab) -> None:
    page = inside.page
    go(page, "portfolio")
    page.set_viewport_size({"width": 320, "height": 700})
    try:
        page.wait_for_timeout(500)  # what was drawn wide has its turn to shrink
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= 320, f"a window that becomes narrow leaves {wide} pixels"
        for name in PAGES:
            go(page, name)
            wide = page.evaluate("() => document.documentElement.scrollWidth")
            assert wide <= 320, f"{name} is {wide} pixels wide"
    finally:
        page.set_viewport_size({"width": 1280, "height": 900})
