"""Gas in the console: what is shown is what the API says, to the wei, and a refusal leads on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from local.journey.client import Client
from local.journey.tokens import token
from local.show.platform import worker_platform
from local.up import Stage
from tests.e2e.console import go, panel, refusal, sign_in
from tests.fixtures.browser import Tab, tab

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
GWEI, COIN = Decimal(10) ** 9, Decimal(10) ** 18
TEN = timedelta(minutes=10)


@pytest.fixture(scope="module")
def api(stack: Stage, user: str, inside: Tab, foretold: None) -> Client:
    """Whoever is signed in, on the page about gas."""
    go(inside.page, "gas")
    return Client(stack.api, token(stack.places.state, user, tier="pro"))


def value(of: Locator) -> Decimal:
    return Decimal(of.first.get_attribute("value") or "")


def rows(page: Page, name: str) -> list[Locator]:
    return page.get_by_role("table", name=name, exact=True).locator("tbody tr").all()


def test_the_estimate_is_the_apis_to_the_wei(inside: Tab, api: Client) -> None:
    page, told = inside.page, api.get("/v1/gas/estimate?chain=local")
    now = panel(page, "Gas now")
    expect(now.locator("p.text-4xl data")).to_have_attribute("value", text(told["nextBaseFee"], GWEI))
    expect(now).to_contain_text("decided by the newest block")
    for row, speed in zip(rows(page, "Speeds"), told["speeds"], strict=True):
        assert value(row.locator("data")) == Decimal(speed["maxFeePerGas"]) / GWEI
        assert row.get_by_role("listitem").count() == len(speed["inclusion"])
    costs = rows(page, "What it costs in the next block, at the speed Standard")
    for row, cost in zip(costs, told["cost"], strict=True):
        assert value(row.locator("data")) == Decimal(cost["native"]) / COIN
    for row, bound in zip(rows(page, "How far the base fee can go"), told["bounds"], strict=True):
        assert [value(row.locator("data").nth(n)) for n in (0, 1)] == [
            Decimal(bound[end]) / GWEI for end in ("min", "max")
        ]


def text(wei: str, unit: Decimal) -> str:
    """As the page writes it: plain, without a zero at the end."""
    return format((Decimal(wei) / unit).normalize(), "f")


def test_a_call_is_priced_and_a_wrong_one_marked(inside: Tab, stack: Stage, api: Client) -> None:
    page = inside.page
    form = panel(page, "Price a call of your own")
    form.get_by_role("button", name="Price it").click()
    expect(form.get_by_label("To", exact=True)).to_have_attribute("aria-invalid", "true")
    form.get_by_label("To", exact=True).fill("0x12")
    form.get_by_role("button", name="Price it").click()
    expect(form.get_by_label("To", exact=True)).to_have_attribute("aria-invalid", "true")
    inside.forgive()
    form.get_by_label("To", exact=True).fill("")
    form.get_by_label("Or units of gas").fill("123456")
    form.get_by_role("button", name="Price it").click()
    row = form.get_by_role("row").filter(has_text="Your own")
    expect(row).to_contain_text("123,456")
    told = api.get("/v1/gas/estimate?chain=local&gasLimit=123456")["cost"][0]
    assert value(row.locator("data")) == Decimal(told["native"]) / COIN


def test_forecasts_are_a_fan_and_its_table_with_their_record(inside: Tab, api: Client) -> None:
    page, told = inside.page, api.get("/v1/gas/predictions?chain=local")["predictions"]
    part = panel(page, "What comes next")
    expect(part.get_by_role("img", name="Base fee over the next")).to_be_visible()
    assert part.locator("svg polygon").count() == 2, "two bands around the line"
    assert len(told) >= 3
    for row, one in zip(rows(page, "What comes next"), told, strict=True):
        shown = [value(row.locator("data").nth(n)) for n in range(5)]
        assert shown == [Decimal(wei) / GWEI for wei in (one["point"], *one["p80"], *one["p95"])]
        expect(row).to_contain_text(one["model"])
    scored = [one for one in told if one["backtest"] is not None]
    for row, one in zip(rows(page, "The record of these forecasts"), scored, strict=True):
        expect(row).to_contain_text(one["backtest"]["bestBaseline"])
        expect(row.locator("td").nth(1)).to_contain_text(f"{one['backtest']['n']:,}")


@pytest.fixture
def a_past(stack: Stage) -> Iterator[None]:
    """Four days of the chain by ten minutes, whose fee is high for an hour and low for the next."""
    now = datetime.now(UTC)
    begun = now - timedelta(seconds=now.timestamp() % TEN.total_seconds())
    tens = [(begun - TEN * n, 20 * 10**9 if n // 6 % 2 else 40 * 10**9) for n in range(2, 600)]
    with worker_platform(stack) as platform, platform.timeseries.transaction() as connection:
        connection.cursor().executemany(
            """INSERT INTO gas_tens (chain, at, blocks, base_fee_first, base_fee_average)
               VALUES ('local', %s, 50, %s, %s) ON CONFLICT DO NOTHING""",
            [(at, fee, fee) for at, fee in tens],
        )
    yield
    with worker_platform(stack) as platform, platform.timeseries.transaction() as connection:
        connection.execute("DELETE FROM gas_tens WHERE chain = 'local' AND at <= %s", (begun - TEN * 2,))


@pytest.mark.usefixtures("a_past", "api")
def test_the_best_time_is_said_with_its_price_bands_and_what_it_may_cost(inside: Tab) -> None:
    page = inside.page
    part = panel(page, "The best time to send")
    with page.expect_response(lambda one: "/v1/gas/optimization" in one.url and "swap_v3" in one.url) as answered:
        part.get_by_label("It must be sent within").select_option("6h")
        part.get_by_label("What is to be sent").select_option("swap_v3")
    told: dict[str, Any] = answered.value.json()["data"]
    expect(part.get_by_role("status")).to_contain_text({"wait": "Wait", "send_now": "Send now"}[told["advice"]])
    assert told["evidence"]["n"] > 40, "it is judged by the past that was given"
    facts = {one.locator("dt").inner_text(): one.locator("dd") for one in part.locator("dl > div").all()}
    assert (
        value(facts["Or once the base fee is at most"].locator("data"))
        == Decimal(told["window"]["sendAtBaseFee"]) / GWEI
    )
    assert value(facts["Saves in the mean"].locator("data")) == Decimal(told["expectedSaving"]["native"]) / COIN
    low, high = told["expectedSaving"]["p80"]
    expect(facts["80 of 100 past savings lay between"]).to_have_text(f"{low:.1f}% \N{EN DASH} {high:.1f}%")
    regret = told["regret"]
    said = f"{regret['probability'] * 100:.1f}% of the times, by {regret['percent']:.1f}% in the mean"
    expect(facts["Waiting cost more"]).to_have_text(said)
    expect(facts["The largest loss"]).to_have_text(f"{told['evidence']['worst']:.1f}%")
    expect(facts["Moments it is judged by"]).to_have_text(f"{told['evidence']['n']:,}")


def test_a_chain_that_is_not_followed_says_so_in_each_part(inside: Tab, api: Client) -> None:
    page = inside.page
    other = next(one for one in api.get("/v1/chains")["chains"] if one["kind"] == "evm" and one["name"] != "local")
    panel(page, "Gas now").get_by_label("Chain").select_option(other["name"])
    for part in ("Gas now", "How far the base fee can go"):
        expect(panel(page, part).get_by_role("alert")).to_contain_text("This cannot be done as asked.")
    expect(panel(page, "What comes next")).to_contain_text("Nothing is foretold here yet.")
    expect(panel(page, "The best time to send")).to_contain_text("Too little of this chain's past is known")
    assert f"chain={other['name']}" in page.url
    panel(page, "Gas now").get_by_label("Chain").select_option("local")
    inside.forgive()


def test_forecasts_that_do_not_answer_fail_alone(stack: Stage, browser: Browser, address: str, user: str) -> None:
    with tab(browser, stack.neighbours.evm.url) as opened:
        page = opened.page
        page.route("**/v1/gas/predictions*", refusal(503, "UPSTREAM_UNAVAILABLE"))
        sign_in(page, address, stack, user)
        go(page, "gas")
        expect(panel(page, "What comes next").get_by_role("alert")).to_contain_text("does not answer just now")
        expect(panel(page, "Gas now").locator("p.text-4xl data")).to_be_visible()
        page.unroute("**/v1/gas/predictions*")
        panel(page, "What comes next").get_by_role("button", name="Try again").click()
        expect(page.get_by_role("table", name="What comes next")).to_be_visible()


@pytest.mark.usefixtures("api")
def test_an_answer_that_is_garbage_breaks_its_part_alone(inside: Tab) -> None:
    page = inside.page
    body = json.dumps({"success": True, "data": {"speeds": 7}, "meta": {}})
    page.route("**/v1/gas/optimization*", lambda route: route.fulfill(body=body, content_type="application/json"))
    panel(page, "The best time to send").get_by_label("It must be sent within").select_option("24h")
    expect(panel(page, "The best time to send").get_by_role("alert")).to_contain_text("cannot be read")
    expect(panel(page, "Gas now").locator("p.text-4xl data")).to_be_visible()
    page.unroute("**/v1/gas/optimization*")
    go(page, "usage")
    inside.complaints.clear()  # a part that breaks is told to the browser's console, too
