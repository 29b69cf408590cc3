"""Figures of the console that open to what they are made of, and the files that are taken away."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from local.journey.client import Client
from local.journey.tokens import token
from local.up import Stage
from tests.e2e.console import go, panel, violations
from tests.fixtures.browser import Tab

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def owner(stack: Stage, inside: Tab, user: str) -> Client:
    """Whoever is signed in, with a wallet that was read."""
    api = Client(stack.api, token(stack.places.state, user, tier="pro"))
    api.post("/v1/portfolio/wallets", {"address": stack.market.wallet, "chains": []})
    api.wait_for(api.post("/v1/portfolio/refresh", {}))
    go(inside.page, "usage")
    go(inside.page, "portfolio")
    return api


def opened(page: Page, within: str, of: str) -> tuple[Decimal, list[Decimal]]:
    """Open a figure of a part of the page; return its sum as it is shown, and its counted lines."""
    panel(page, within).get_by_role("button", name=f"How it adds up: {of}").first.click()
    dialog = page.get_by_role("dialog", name="How it adds up")
    expect(dialog.get_by_text("equal to the figure, to the last digit")).to_be_visible()
    shown = Decimal(dialog.locator("p data").first.get_attribute("value") or "")
    rows = dialog.get_by_role("table", name="Lines").locator("tbody tr").all()
    counted = [row for row in rows if row.get_by_text("not in the total").count() == 0]
    values = [Decimal(row.locator("td").last.locator("data").get_attribute("value") or "") for row in counted]
    return shown, values


def test_the_total_opens_to_lines_that_add_up_to_it(inside: Tab, owner: Client) -> None:
    page = inside.page
    total = Decimal(str(owner.get("/v1/portfolio")["totalValueUsd"]))
    expect(page.locator("p.text-4xl data")).to_have_attribute("value", str(total))
    shown, values = opened(page, "Total value", "Total value")
    assert sum(values) == shown == total > 0
    dialog = page.get_by_role("dialog")
    for said in ("Price, its source and time", "Block", "Wallet"):
        expect(dialog.get_by_role("columnheader", name=said)).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(panel(page, "Total value").get_by_role("button", name="How it adds up")).to_be_focused()


def test_an_asset_opens_to_lines_that_add_up_to_it(inside: Tab, owner: Client) -> None:
    asset = next(one for one in owner.get("/v1/portfolio/assets") if one["valueUsd"] and one["symbol"] == "ETH")
    shown, values = opened(inside.page, "Assets", "ETH")
    assert sum(values) == shown == Decimal(str(asset["valueUsd"]))
    inside.page.get_by_role("dialog").get_by_role("button", name="Close").click()


def test_a_table_is_taken_away_as_a_file(inside: Tab, owner: Client) -> None:
    page, part = inside.page, panel(inside.page, "Take it away")
    part.get_by_label("As").select_option("json")
    part.get_by_role("button", name="Make the file").click()
    ready = part.get_by_role("button", name="Download it")
    expect(ready).to_be_visible()
    with page.expect_download() as download:
        ready.click()
    rows = json.loads(download.value.path().read_text())
    assert {row["chain"] for row in rows} == {"local"}
    assert all(Decimal(row["units"]) for row in rows)


def test_all_that_is_kept_is_taken_away_and_what_was_done_is_listed(
    inside: Tab, owner: Client, client: Callable[..., Client]
) -> None:
    page = inside.page
    go(page, "account")
    trail = page.get_by_role("table", name="What was changed")
    expect(trail).to_contain_text("POST /v1/portfolio/wallets")
    panel(page, "What was changed").get_by_label("Actions that begin with").fill("DELETE /v1/nothing")
    panel(page, "What was changed").get_by_role("button", name="Find").click()
    expect(page.get_by_text("Nothing was changed yet.")).to_be_visible()
    page.get_by_role("button", name="Export everything").click()
    ready = page.get_by_role("button", name="Download the archive")
    expect(ready).to_be_visible(timeout=90_000)
    with page.expect_download() as download:
        ready.click()
    assert download.value.path().read_bytes()[:2] == b"PK"
