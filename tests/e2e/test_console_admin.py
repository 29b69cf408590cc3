"""Administration by role in a real browser: what each role sees, may do, and leaves in the audit trail."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Browser, Locator, Page, expect

from local.journey.client import Client, Refused
from local.patience import wait_for
from local.payments.prices import AGREED
from local.show.platform import worker_platform
from local.up import Stage
from premium.people.service import People
from tests.e2e.console import by_wallet, go, panel, violations
from tests.e2e.everybody import not_cut_off, reached_by_tab
from tests.fixtures.browser import Tab, tab

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
EVERY_ACT = {"Restrict", "End all sessions", "Change roles", "Give a plan"}
ROLES = {
    "admin": ({"Users", "Payment events", "Audit trail", "Runs by hand"}, EVERY_ACT),
    "support": ({"Users", "Payment events"}, {"End all sessions"}),
    "compliance": ({"Users", "Audit trail"}, {"Restrict", "End all sessions"}),
    "finance": ({"Users", "Payment events"}, set[str]()),
}
"""What each role sees, and what it is offered of a user."""
HEADINGS = "() => [...document.querySelectorAll('main section > div > h2')].map((one) => one.textContent)"
ACTS = "POST /v1/admin/users/{user_id}"
WHY = "a journey's reason"


class Staff:
    """A user with a wallet, whose roles an operator changes."""

    def __init__(self, stack: Stage, opened: Tab) -> None:
        self.tab, self.page, self._stack = opened, opened.page, stack
        wallet = str(stack.neighbours.evm.call("eth_accounts")[opened.wallet.account])
        with worker_platform(stack) as platform:
            self.user = People.of(platform).found(wallet, tier=None, restricted=None, before=None, limit=1)[0].id
        self.roles = set[str]()

    def pays(self) -> None:
        """Hold a plan, by a provider's events: without one he may ask too seldom for a morning's work."""
        httpx.post(f"{self._stack.neighbours.inbox.url}/payments/agree/{AGREED}/{self.user}").raise_for_status()
        with worker_platform(self._stack) as platform:
            people = People.of(platform)
            wait_for("his plan", lambda: people.person(self.user).tier == "enterprise", remedy="See: make logs")

    def become(self, *roles: str) -> None:
        """Hold these roles and no other, on the page of administration as it is loaded anew."""
        with worker_platform(self._stack) as platform:
            people = People.of(platform, by_operator=True)
            people.change_roles(self.user, by=None, grant=set(roles) - self.roles, revoke=self.roles - set(roles))
        self.roles = set(roles)
        self.page.reload()
        expect(self.page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
        link = self.page.get_by_role("navigation", name="Sections").locator('a[href="/app/admin"]')
        expect(link).to_have_count(1 if roles else 0)

    def opens(self) -> Page:
        go(self.page, "admin")
        return self.page


@pytest.fixture(scope="module")
def staff(stack: Stage, browser: Browser, address: str) -> Iterator[Staff]:
    """Somebody with a wallet who became an administrator and set up a second factor on the page, as each must."""
    with tab(browser, stack.neighbours.evm.url, account=8) as opened:
        by_wallet(opened.page, address)
        one = Staff(stack, opened)
        one.pays()
        refused_without_a_role(one.page, address)
        one.become("admin")
        asked_for_a_code(one)
        opened.forgive()
        with_a_factor(one.page)
        yield one
        one.become()
        without_a_factor(one.page)
        assert opened.complaints == []


def refused_without_a_role(page: Page, address: str) -> None:
    """The navigation does not lead there, and the address shows nothing."""
    expect(page.get_by_role("navigation", name="Sections").locator('a[href="/app/admin"]')).to_have_count(0)
    page.goto(f"{address}admin")
    expect(page.get_by_text("This is for staff.")).to_be_visible()


def asked_for_a_code(one: Staff) -> None:
    """Who has the role alone sees no user: such parts ask for the second factor in their place."""
    page = one.opens()
    for part in ("Users", "Payment events"):
        expect(panel(page, part)).to_contain_text("needs a code of the last quarter of an hour")
        expect(panel(page, part).get_by_role("table")).to_have_count(0)


def with_a_factor(page: Page) -> None:
    go(page, "account")
    part = panel(page, "Second factor")
    part.get_by_role("button", name="Set one up").click()
    secret = part.locator("code").inner_text()
    made = TOTP(base64.b32decode(secret), 6, SHA1(), 30)  # noqa: S303 - what authenticators know
    if time.time() % 30 > 25:
        time.sleep(5.1)  # its step must not end before it is judged
    part.get_by_label("Code", exact=False).fill(made.generate(int(time.time())).decode())
    part.get_by_role("button", name="Confirm").click()
    expect(part.get_by_role("status").get_by_role("listitem").first).to_be_visible()


def without_a_factor(page: Page) -> None:
    go(page, "account")
    with page.expect_response("**/v1/auth/totp") as answered:
        panel(page, "Second factor").get_by_role("button", name="Remove the second factor").click()
    assert answered.value.ok


@pytest.fixture
def other(client: Callable[..., Client]) -> tuple[Client, str]:
    """A user of the free tier, and his id."""
    api = client(f"other_{uuid4().hex[:10]}", tier="free")
    return api, str(api.get("/v1/users/profile")["id"])


def found(page: Page, user: str) -> Locator:
    """Find a user by his id and open him; return the dialog."""
    part = panel(page, "Users")
    part.get_by_label("A whole id, e-mail address or wallet").fill(user)
    part.get_by_role("button", name="Find").click()
    row = part.get_by_role("table").locator("tbody tr")
    expect(row).to_have_count(1)
    row.get_by_role("button", name="Open").click()
    dialog = page.locator("dialog[open]").first
    expect(dialog.get_by_text(user, exact=True)).to_be_visible()
    return dialog


def act(page: Page, name: str) -> Locator:
    """Begin an act in the open dialog; return the question that is asked first."""
    page.locator("dialog[open]").first.get_by_role("button", name=name, exact=True).click()
    asked = page.locator("dialog[open] dialog[open], dialog[open]").last
    expect(asked.get_by_label("Reason")).to_be_visible()
    return asked


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_its_parts_and_is_offered_its_acts(staff: Staff, other: tuple[Client, str], role: str) -> None:
    parts, acts = ROLES[role]
    staff.become(role)
    page = staff.opens()
    assert set(page.evaluate(HEADINGS)) == parts
    dialog = found(page, other[1])
    offered = {one.inner_text() for one in dialog.get_by_role("button").all()} - {"Close"}
    assert offered == acts
    page.keyboard.press("Escape")
    if "Payment events" in parts:
        part = panel(page, "Payment events")
        expect(part.get_by_role("table")).to_be_visible()
        assert part.get_by_role("columnheader", name="Apply again").count() == (role in {"admin", "finance"})


@pytest.fixture
def admin(staff: Staff) -> Page:
    if staff.roles != {"admin"}:
        staff.become("admin")
    return staff.opens()


def test_a_user_is_restricted_with_a_reason_and_freed(staff: Staff, admin: Page, other: tuple[Client, str]) -> None:
    """Without a reason the field is marked; the restriction holds at the next request, and the trail says why."""
    api, user = other
    found(admin, user)
    asked = act(admin, "Restrict")
    asked.get_by_role("button", name="Restrict", exact=True).click()
    expect(asked.get_by_label("Reason")).to_have_attribute("aria-invalid", "true")
    assert violations(admin) == []
    staff.tab.forgive()
    asked.get_by_label("Reason").fill(WHY)
    asked.get_by_role("button", name="Restrict", exact=True).click()
    expect(admin.get_by_text("Done: Restrict.")).to_be_visible()
    with pytest.raises(Refused) as refused:
        api.get("/v1/users/profile")
    assert refused.value.status == 403
    act(admin, "Lift the restriction").get_by_label("Reason").fill(WHY)
    admin.locator("dialog[open]").last.get_by_role("button", name="Lift the restriction", exact=True).click()
    expect(admin.get_by_text("Done: Lift the restriction.")).to_be_visible()
    assert api.get("/v1/users/profile")["id"] == user
    admin.keyboard.press("Escape")
    trail = panel(admin, "Audit trail")
    trail.get_by_label("Who did it, by his id").fill(str(staff.user))
    trail.get_by_role("button", name="Find").click()
    table = trail.get_by_role("table", name="Audit trail")
    for path in ("restrict", "unrestrict"):
        row = table.get_by_role("row").filter(has=admin.get_by_text(f"{ACTS}/{path}", exact=True)).first
        expect(row).to_contain_text(WHY)


def test_a_plan_is_given_and_roles_are_changed(admin: Page, other: tuple[Client, str]) -> None:
    api, user = other
    found(admin, user)
    asked = act(admin, "Give a plan")
    asked.get_by_label("Plan").select_option("pro")
    asked.get_by_label("Until").fill((datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%d"))
    asked.get_by_label("Reason").fill(WHY)
    asked.get_by_role("button", name="Give a plan", exact=True).click()
    expect(admin.get_by_text("Done: Give a plan.")).to_be_visible()
    assert api.get("/v1/users/profile")["tier"] == "pro"
    asked = act(admin, "Change roles")
    asked.get_by_label("support").check()
    asked.get_by_label("Reason").fill(WHY)
    asked.get_by_role("button", name="Change roles", exact=True).click()
    expect(admin.get_by_text("Done: Change roles.")).to_be_visible()
    assert "support" in api.get("/v1/auth/session")["roles"]
    admin.keyboard.press("Escape")


def test_all_sessions_of_a_user_end(stack: Stage, browser: Browser, address: str, admin: Page) -> None:
    """His open page asks to sign in at its next request."""
    with ExitStack() as kept:
        his = kept.enter_context(tab(browser, stack.neighbours.evm.url, account=9))
        by_wallet(his.page, address)
        wallet = str(stack.neighbours.evm.call("eth_accounts")[9])
        with worker_platform(stack) as platform:
            user = People.of(platform).found(wallet, tier=None, restricted=None, before=None, limit=1)[0].id
        found(admin, str(user))
        asked = act(admin, "End all sessions")
        asked.get_by_label("Reason").fill(WHY)
        asked.get_by_role("button", name="End all sessions", exact=True).click()
        expect(admin.get_by_text("Done: End all sessions.")).to_be_visible()
        admin.keyboard.press("Escape")
        his.page.reload()
        expect(his.page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()


def test_an_event_of_a_payment_is_seen_and_applied_again(admin: Page) -> None:
    part = panel(admin, "Payment events")
    part.get_by_label("State").select_option("applied")
    row = part.get_by_role("row").filter(has_text="customer.subscription").first
    row.get_by_role("button", name="Apply again").click()
    dialog = admin.locator("dialog[open]")
    expect(dialog).to_contain_text("nothing happens twice")
    with admin.expect_response("**/v1/admin/webhooks/*/replay") as answered:
        dialog.get_by_role("button", name="Apply again").click()
    assert answered.value.ok
    expect(dialog).to_have_count(0)
    part.get_by_label("State").select_option("")


def test_runs_are_started_by_hand_and_seen_to_their_end(staff: Staff, admin: Page) -> None:
    part = panel(admin, "Runs by hand")
    part.get_by_role("button", name="Sum up a day's use").click()
    dialog = admin.locator("dialog[open]")
    dialog.get_by_label("Day (UTC)").fill("2020-01-01")
    dialog.get_by_role("button", name="Start it").click()
    expect(dialog.get_by_label("Day (UTC)")).to_have_attribute("aria-invalid", "true")
    staff.tab.forgive()
    dialog.get_by_label("Day (UTC)").fill("")
    dialog.get_by_role("button", name="Start it").click()
    expect(part.get_by_role("status").first).to_contain_text("done", timeout=90_000)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_administration_can_be_used_by_everybody(admin: Page, other: tuple[Client, str], theme: str) -> None:
    admin.get_by_label("Theme").select_option(theme)
    assert violations(admin) == []
    found(admin, other[1])
    assert violations(admin) == []
    admin.keyboard.press("Escape")


def test_administration_by_keyboard_and_in_narrow_windows(admin: Page) -> None:
    reached_by_tab(admin)
    not_cut_off(admin, (320, 640, 820, 1040))
    admin.set_viewport_size({"width": 1280, "height": 900})
