"""Alert rules in the console: built of the API's catalogue, changed where they stand, and not over others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from local.journey.client import Client
from local.journey.tokens import token
from local.up import Stage
from tests.e2e.console import go, panel, violations
from tests.fixtures.browser import Tab

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture(scope="module", autouse=True)
def rules(stack: Stage, user: str) -> list[dict[str, Any]]:
    """Rules that are there before the page is opened; each tells two, one of them by words of its own."""
    api = Client(stack.api, token(stack.places.state, user, tier="pro"))
    actions = [{"type": "email", "template": "{{asset}} at last"}, {"type": "email", "destination": "b@example.org"}]
    body = {
        "type": "price", "actions": actions, "cooldownSeconds": 60,
        "conditions": [
            {"field": "asset", "operator": "eq", "value": "ETH"},
            {"field": "price_usd", "operator": "gt", "value": "123456.789"},
        ],
    }  # fmt: skip
    return [api.post("/v1/alerts/rules", body | {"name": name}) for name in ("first", "second")]


def opened(page: Page, name: str) -> Locator:
    row = page.get_by_role("table", name="Rules").get_by_role("row").filter(has_text=name)
    row.get_by_role("button", name="Change", exact=True).click()
    dialog = page.get_by_role("dialog", name=f"Change “{name}”")
    expect(dialog.get_by_label("With").last).to_be_visible()
    return dialog


def test_the_builder_offers_what_the_catalogue_has(inside: Tab, user: str, client: Callable[..., Client]) -> None:
    page, types = inside.page, client(user).get("/v1/alerts/catalogue")["types"]
    go(page, "alerts")
    form = panel(page, "A new rule")
    for one in types:
        form.get_by_label("Watches").select_option(one["type"])
        field = form.get_by_label("Field").last
        offered = field.locator("option").evaluate_all("(all) => all.map((each) => each.value)")
        assert offered == [each["name"] for each in one["fields"]]
        for each in one["fields"]:
            field.select_option(each["name"])
            fits = (
                form.get_by_label("Compares")
                .last.locator("option")
                .evaluate_all("(all) => all.map((one) => one.value)")
            )
            assert fits == each["operators"], each["name"]
    field.select_option("severity")
    words = form.get_by_label("With").last.locator("option").all_inner_texts()
    assert words == ["info", "low", "medium", "high", "critical"]


def test_a_rule_is_changed_and_tells_whom_it_told(
    inside: Tab, rules: list[dict[str, Any]], user: str, client: Callable[..., Client]
) -> None:
    page, api, rule = inside.page, client(user), rules[0]
    go(page, "alerts")
    dialog = opened(page, rule["name"])
    expect(dialog.get_by_label("With").last).to_have_value("123456.789")
    assert violations(page) == []
    dialog.get_by_label("With").last.fill("a lot")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_label("With").last).to_have_attribute("aria-invalid", "true")
    inside.forgive()
    dialog.get_by_label("With").last.fill("234567.000000000000000001")
    dialog.get_by_label("At most once in (seconds)").fill("90")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    kept = api.get(f"/v1/alerts/rules/{rule['id']}")
    assert kept["conditions"][1]["value"] == "234567.000000000000000001"
    assert kept["cooldownSeconds"] == 90
    assert kept["actions"] == rule["actions"], "who is told was not touched"
    expect(page.get_by_role("table", name="Rules")).to_contain_text("234567.000000000000000001")


def test_a_rule_that_was_changed_meanwhile_is_not_overwritten(
    inside: Tab, rules: list[dict[str, Any]], user: str, client: Callable[..., Client]
) -> None:
    page, api, rule = inside.page, client(user), rules[1]
    go(page, "alerts")
    dialog = opened(page, rule["name"])
    api.call("PUT", f"/v1/alerts/rules/{rule['id']}", {"cooldownSeconds": 77})
    dialog.get_by_label("Name").fill("mine")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Somebody changed this meanwhile.")
    expect(dialog.get_by_label("Name")).to_have_value("mine")
    inside.forgive()
    page.keyboard.press("Escape")
    assert api.get(f"/v1/alerts/rules/{rule['id']}")["name"] == rule["name"]
