"""Signing in with wallets: each of several, and each refusal in its own sentence with a way on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from playwright.sync_api import Browser, Page, expect

from local.show.page_wallet import Wallet, announce
from local.up import Stage
from tests.fixtures.browser import REFUSED, Tab, tab

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
PENDING, LOCKED, BROKEN = -32002, 4100, -32603
CONTRACT = "0x00000000000000000000000000000000C0DE1271"
TAKES_ALL, TAKES_NONE = "0x631626ba7e60e01b60005260206000f3", "0x60206000f3"
"""Contracts whose isValidSignature (EIP-1271) says yes to whatever it is asked, and no."""


@pytest.fixture
def opened(stack: Stage, browser: Browser, address: str) -> Iterator[Tab]:
    with tab(browser, stack.neighbours.evm.url, account=2) as one:
        one.page.goto(address)
        yield one


def begun(page: Page) -> None:
    page.get_by_role("button", name="Test wallet").click()


def sign(page: Page) -> None:
    page.get_by_role("button", name="Sign in the wallet").click()


def says(page: Page, sentence: str) -> None:
    expect(page.get_by_role("alert")).to_contain_text(sentence)


def signed_in(page: Page) -> None:
    expect(page.get_by_role("heading", name="Portfolio", level=1)).to_be_visible()


def test_all_announced_wallets_are_listed_and_each_signs_in(stack: Stage, browser: Browser, address: str) -> None:
    with tab(browser, stack.neighbours.evm.url, account=2) as opened:
        page = opened.page
        other = Wallet(stack.neighbours.evm.url, account=3)
        announce(page.context, other, "Other <b>wallet</b>", 2)
        page.goto(address)
        buttons = page.get_by_role("region", name="Wallets in this browser").get_by_role("button")
        expect(buttons).to_have_count(2)
        assert [one.inner_text() for one in buttons.all()] == ["Test wallet", "Other <b>wallet</b>"]
        assert page.locator("button img").count() == 2
        assert opened.wallet.asked == other.asked == [], "nothing is connected without a click"
        buttons.nth(1).click()
        sign(page)
        signed_in(page)
        assert opened.wallet.asked == []
        page.get_by_role("button", name="Sign out", exact=True).click()
        begun(page)
        sign(page)
        signed_in(page)


def test_a_wallet_that_announces_nothing_is_found_where_it_stands(stack: Stage, browser: Browser, address: str) -> None:
    with tab(browser, stack.neighbours.evm.url, account=2, injected=True) as opened:
        opened.page.goto(address)
        opened.page.get_by_role("button", name="Browser wallet").click()
        sign(opened.page)
        signed_in(opened.page)


CODES = {
    REFUSED: "You refused in the wallet.",
    PENDING: "The wallet has a question open already.",
    LOCKED: "The wallet is locked",
    BROKEN: "The wallet could not answer.",
}


@pytest.mark.parametrize("code", CODES)
def test_a_wallet_that_does_not_connect_says_why_and_is_tried_again(opened: Tab, code: int) -> None:
    page = opened.page
    opened.wallet.refuses["eth_requestAccounts"] = code
    begun(page)
    says(page, CODES[code])
    opened.wallet.refuses.clear()
    page.get_by_role("button", name="Try again").click()
    sign(page)
    signed_in(page)


@pytest.mark.parametrize("code", CODES)
def test_a_wallet_that_does_not_sign_says_why_and_is_asked_again(opened: Tab, code: int) -> None:
    page = opened.page
    opened.wallet.refuses["personal_sign"] = code
    begun(page)
    sign(page)
    says(page, CODES[code])
    opened.wallet.refuses.clear()
    sign(page)
    signed_in(page)


def test_a_locked_wallet_shows_no_account(opened: Tab) -> None:
    opened.wallet.says["eth_accounts"] = []
    begun(opened.page)
    says(opened.page, "The wallet is locked")


@pytest.mark.parametrize("what", ["account", "chain"])
def test_what_changed_meanwhile_makes_another_message(opened: Tab, what: str) -> None:
    page = opened.page
    begun(page)
    message = page.get_by_role("region", name="This is what you will sign")
    before = message.inner_text()
    if what == "account":
        opened.wallet.account = 3
    else:
        opened.wallet.says["eth_chainId"] = "0x1"
    sign(page)
    says(page, "The wallet's account or chain has changed meanwhile.")
    expect(message).not_to_have_text(before)
    assert "personal_sign" not in opened.wallet.asked, "the old message was not signed"
    opened.wallet.says.clear()


def test_a_message_that_expired_is_made_anew(opened: Tab) -> None:
    """What the API says of one whose nonce is spent: here it is used by another page first."""
    page = opened.page
    begun(page)
    message = page.get_by_role("region", name="This is what you will sign")
    before = message.inner_text()
    page.route("**/v1/auth/verify-wallet", lambda route: (route.fetch(), route.continue_()), times=1)
    sign(page)
    expect(page.get_by_text("The message has expired. A new one was made")).to_be_visible()
    expect(message).not_to_have_text(before)
    sign(page)
    signed_in(page)


def test_a_wallet_that_never_answers_is_given_a_minute_or_cancelled(opened: Tab) -> None:
    page = opened.page
    page.clock.install()
    opened.wallet.silent.add("eth_requestAccounts")
    begun(page)
    page.get_by_role("button", name="Cancel").click()
    says(page, "Cancelled. Nothing was signed.")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Waiting for the wallet.")).to_be_visible()
    page.clock.run_for(61_000)
    says(page, "The wallet did not answer within a minute.")
    opened.wallet.silent.clear()
    page.get_by_role("button", name="Try again").click()
    sign(page)
    signed_in(page)


def test_a_signature_of_another_account_and_none_at_all_have_their_sentences(opened: Tab) -> None:
    page = opened.page
    of_another = Account.create().sign_message(encode_defunct(text="another text")).signature.to_0x_hex()
    begun(page)
    for given, sentence in (
        (of_another, "The signature is not this account's."),
        ("0x1234", "What the wallet gave is no signature."),
    ):
        opened.wallet.says["personal_sign"] = given
        sign(page)
        says(page, sentence)
        page.get_by_role("button", name="Use another wallet").click()
        begun(page)
    opened.wallet.says.clear()
    sign(page)
    signed_in(page)


def test_a_chain_that_is_not_known_is_said(opened: Tab) -> None:
    page = opened.page
    opened.wallet.says["eth_chainId"] = hex(987_654_321)
    begun(page)
    sign(page)
    says(page, "This wallet's chain is not known here")


@pytest.mark.parametrize(("code", "taken"), [(TAKES_ALL, True), (TAKES_NONE, False)])
def test_a_contract_wallet_signs_by_its_own_word(stack: Stage, opened: Tab, code: str, taken: bool) -> None:
    page, node = opened.page, stack.neighbours.evm
    node.call("anvil_setCode", CONTRACT, code)
    opened.wallet.says |= {"eth_accounts": [CONTRACT.lower()], "personal_sign": "0x" + "22" * 70}
    try:
        begun(page)
        sign(page)
        if taken:
            signed_in(page)
        else:
            says(page, "a contract wallet must be set up on the chain that it shows")
    finally:
        node.call("anvil_setCode", CONTRACT, "0x")
