"""Numbers as a person reads them, and events of before whole units."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from premium.alerts.language.earlier_events import in_present_form
from premium.alerts.language.readable import dollars, readable, rounded
from premium.alerts.language.templates import text_of
from premium.alerts.sources.blocks import Asset, described

pytestmark = pytest.mark.unit
MOVED = {
    "kind": "transfer",
    "chain": "local",
    "asset": "local:0x" + "ab" * 20,
    "amount_base_units": "15" + "0" * 17,
}


@pytest.mark.parametrize(
    ("value", "shown"),
    [("1234.567", "$1,234.57"), ("0.5", "$0.50"), ("0.01234567", "$0.01235"), ("0", "$0.00"), ("-3.999", "-$4.00"),
     ("0.99999", "$1.00"), ("1e6", "$1,000,000.00"), ("0.000000123456", "$0.0000001235")],
)  # fmt: skip
def test_dollars_are_cents_and_small_ones_keep_four_digits(value: str, shown: str) -> None:
    assert dollars(Decimal(value)) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [("1.500000000000000001", "1.5"), ("1234.56789", "1,234.5679"), ("0.0000123456", "0.00001235"), ("7", "7")],
)
def test_amounts_are_rounded_to_what_is_read(value: str, shown: str) -> None:
    assert rounded(Decimal(value), 4) == shown


@pytest.mark.parametrize("value", ["1e390", "NaN", "much", None, True, "0x1f"])
def test_what_cannot_be_shown_breaks_no_text(value: object) -> None:
    assert isinstance(text_of("{{amount}} {{amount_usd}}", {"amount": value, "amount_usd": value}, rule_name="r",
                              rule_type="whale", alert_id=1), str)  # fmt: skip


def said(asset: Asset) -> tuple[dict[str, Any], str]:
    event = described(MOVED, {MOVED["asset"]: asset})
    return event, text_of(None, event, rule_name="w", rule_type="whale", alert_id=1)


def test_a_transfer_says_what_is_known_of_it_and_never_a_wrong_amount() -> None:
    event, text = said(Asset("ETH", 18, listed=True, usd=Decimal("3000.119")))
    assert (event["amount"], event["amount_usd"], event["decimals"]) == ("1.5", "4500.18", 18)
    assert text == "w: 1.5 ETH ($4,500.18) moved on local"
    event, text = said(Asset("ETH", 18, listed=True))
    assert ("amount_usd" in event, text) == (False, "w: 1.5 ETH moved on local (its price is not known)")
    event, text = said(Asset("USDC", None, usd=Decimal(1)))
    assert (event["amount"], event["decimals"], "amount_usd" in event) == (None, None, False)
    assert text == "w: 1500000000000000000 base units of USDC (0xabab…abab) moved on local (decimals not known)"


def test_a_symbol_that_nobody_vouches_for_shows_its_address() -> None:
    assert readable(said(Asset("USDC", 6))[0], "asset") == "USDC (0xabab…abab)"
    assert readable(said(Asset("USDC", 6, listed=True))[0], "asset") == "USDC"
    assert readable({"asset": "feed:X"}, "symbol") == "feed:X"


def test_dollars_that_a_template_writes_itself_are_not_doubled() -> None:
    text = text_of("${{price_usd}} {{price_usd}}", {"price_usd": "4001"}, rule_name="r", rule_type="price", alert_id=1)
    assert text == "$4,001.00 $4,001.00"


def test_an_event_of_before_whole_units_is_read_in_base_units() -> None:
    old = {"event_id": f"local:0x{'a1' * 32}:log:3~beef0123", "kind": "transfer", "amount": "7", "asset": "x"}
    present = {"event_id": old["event_id"], "kind": "transfer", "amount_base_units": "7", "asset": "x"}
    assert in_present_form(old) == present
    assert in_present_form(present) == present
    back = old | {"event_id": f"retract:{old['event_id']}"}
    assert in_present_form(back)["amount_base_units"] == "7"
    for theirs in ({"event_id": "feed:1", "kind": "transfer", "amount": "7"}, {"event_id": "p", "kind": "price"}):
        assert in_present_form(theirs) == theirs, "a feed's amounts are in whole units"
