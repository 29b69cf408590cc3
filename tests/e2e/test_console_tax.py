"""From a file of an exchange to a report: looked at, mapped, refused at its line, sent although it is large."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from local.journey.client import Client
from tests.e2e.console import go, panel, violations
from tests.fixtures.browser import Tab

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
HEAD = "id,timestamp,type,asset,amount,price,fee\n"
LINE = "t{n},2025-{month:02}-{day:02}T12:00:00Z,{kind},ETH,{amount},2200,3\n"
LARGE = 60_000
"""Lines of a file of more than the 3 MB that a request takes."""


def line(n: int, kind: str = "buy", amount: str = "1.5") -> str:
    return LINE.format(n=n, month=n % 12 + 1, day=n % 28 + 1, kind=kind, amount=amount)


def given(page: Page, name: str, text: str) -> Locator:
    """Choose a file; return the part of the page that imports it."""
    go(page, "tax")
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": text.encode()})
    return panel(page, "Bring in transactions")


def test_a_refused_cell_is_marked_in_its_line(inside: Tab) -> None:
    page = inside.page
    part = given(page, "mine.csv", HEAD + line(1) + line(2, amount="a lot") + line(3, kind="borrow"))
    part.get_by_role("button", name="Import it").click()
    refused = part.get_by_role("list", name="Remarks").get_by_role("listitem")
    expect(refused).to_have_count(2)
    expect(refused.nth(0)).to_contain_text("Line 3")
    expect(refused.nth(0).locator("mark")).to_have_text("a lot")
    expect(refused.nth(1)).to_contain_text("Line 4")
    assert violations(page) == []
    inside.forgive()
    part = given(page, "mine.csv", HEAD + line(1) + line(2))
    part.get_by_role("button", name="Import it").click()
    expect(part.get_by_text("2 transactions added")).to_be_visible()


def test_a_file_is_looked_at_before_it_is_stored(inside: Tab) -> None:
    page = inside.page
    part = given(page, "seen.csv", HEAD + line(100) + line(101, kind="sell", amount="0.25"))
    part.get_by_role("button", name="Look at it first").click()
    seen = part.get_by_role("table", name="What it would be read as")
    expect(seen.locator("tbody tr")).to_have_count(2)
    expect(seen.locator("tbody tr").nth(1).locator("data").first).to_have_attribute("value", "0.25")
    expect(part.get_by_text("Its first 2 transactions, out of 2 lines")).to_be_visible()
    go(page, "usage")
    go(page, "tax")
    expect(page.get_by_role("table", name="Imports")).not_to_contain_text("seen.csv")


def test_a_file_that_nobody_knows_is_mapped_here(inside: Tab) -> None:
    """Column by column, and word by word; what the words mean is seen before anything is stored."""
    page = inside.page
    rows = "2025-03-01 12:00:00,Came in,1.5,ETH,a1\n2025-04-01 12:00:00,Given back,-0.5,ETH,a2\n"
    part = given(page, "broker.csv", "When,What,Change-net,Coin,Trade-ID\n" + rows)
    part.get_by_role("button", name="Look at it first").click()
    form = part.get_by_role("region", name="Which column is what?")
    expect(form).to_be_visible()
    inside.forgive()
    assert violations(page) == []
    expect(form.get_by_label("Time", exact=True)).to_have_value("When")
    form.get_by_label("What a line is").select_option("What")
    form.get_by_label("“Came in” means").select_option("deposit")
    form.get_by_label("“Given back” means").select_option("withdrawal")
    form.get_by_label("Amount", exact=True).first.select_option("Change-net")
    form.get_by_label("Its asset").first.select_option("Coin")
    form.get_by_label("Own id").select_option("Trade-ID")
    form.get_by_role("button", name="Look at it with this").click()
    seen = part.get_by_role("table", name="What it would be read as")
    expect(seen.locator("tbody tr")).to_have_count(2)
    expect(seen.locator("tbody tr").nth(0)).to_contain_text("transfer_in")
    expect(seen.locator("tbody tr").nth(1)).to_contain_text("transfer_out")
    part.get_by_role("button", name="Import it").click()
    expect(part.get_by_text("2 transactions added")).to_be_visible()
    expect(page.get_by_role("table", name="Imports")).to_contain_text("broker.csv")


def test_a_file_larger_than_a_request_goes_by_an_upload(inside: Tab) -> None:
    """To our own origin, which the policy allows; how far it is, is shown, and what came of it."""
    page = inside.page
    text = HEAD + "".join(line(n, amount=f"0.{n:06}1") for n in range(1000, 1000 + LARGE))
    assert len(text) > 3_000_000
    part = given(page, "large.csv", text)
    part.get_by_role("button", name="Look at it first").click()
    expect(part.get_by_text("Only the beginning of this large file was looked at.")).to_be_visible()
    with page.expect_request("**/uploads") as sent:
        part.get_by_role("button", name="Import it").click()
    assert sent.value.headers.get("cookie", "") == ""
    expect(part.get_by_text(f"{LARGE} transactions added")).to_be_visible(timeout=180_000)


def test_a_large_file_that_nobody_knows_is_mapped_before_anything_is_sent(inside: Tab) -> None:
    page, sent = inside.page, list[str]()
    page.on("request", lambda one: sent.append(one.url) if "uploads" in one.url else None)
    row = "2025-03-01 12:00:00,Deposit,0.5,ETH,{n}\n"
    text = "When,What,How much,Coin,Remark\n" + "".join(row.format(n=str(n) * 8) for n in range(LARGE))
    assert len(text) > 3_000_000
    part = given(page, "broker.csv", text)
    part.get_by_role("button", name="Import it").click()
    expect(part.get_by_role("region", name="Which column is what?")).to_be_visible()
    assert sent == []
    inside.forgive()


def test_a_gain_of_a_report_opens_to_its_lots(inside: Tab, user: str, client: Callable[..., Client]) -> None:
    """What the lots gained adds up to the disposal's gain, exactly."""
    page, api = inside.page, client(user)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    old = "lot{n},2019-0{n}-01T12:00:00Z,{kind},LOTS,{amount},{price},0\n"
    buys = old.format(n=1, kind="buy", amount="1", price="10") + old.format(n=2, kind="buy", amount="2", price="20")
    api.post(
        "/v1/tax/transactions/import", {"csv": HEAD + buys + old.format(n=3, kind="sell", amount="2.5", price="30")}
    )
    api.wait_for(api.post("/v1/tax/reports", {"year": 2019, "jurisdiction": "US", "method": "FIFO"}))
    go(page, "usage")
    go(page, "tax")
    page.get_by_role("row").filter(has_text="2019").get_by_role("button", name="Open the gains").click()
    dialog = page.get_by_role("dialog", name="Gains of 2019, US")
    one = dialog.get_by_role("listitem").filter(has_text="LOTS")
    expect(one).to_contain_text("2 lots")
    one.locator("summary").click()
    lots = one.get_by_role("table").locator("tbody tr")
    expect(lots).to_have_count(2)
    gained = [Decimal(row.locator("data").nth(3).get_attribute("value") or "") for row in lots.all()]
    shown = one.locator("summary data").nth(1).get_attribute("value")
    assert gained == [Decimal(20), Decimal(15)]
    assert Decimal(shown or "") == sum(gained)
    assert violations(page) == []
    dialog.get_by_role("button", name="Close").click()
