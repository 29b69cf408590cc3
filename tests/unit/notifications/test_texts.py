"""Templates replace names and do nothing else; each channel escapes for its medium; signatures hold."""

from __future__ import annotations

import pytest

from premium.notifications.channels.email import html_of, sendgrid_request, ses_request
from premium.notifications.channels.push import push_request
from premium.notifications.channels.telegram import telegram_request
from premium.notifications.channels.webhook import body_of, headers_of
from premium.notifications.signing import is_signed, signature
from premium.notifications.templates import MAX_TEXT, template_problem, text_of
from tests.factories.deliveries import delivery

pytestmark = pytest.mark.unit
SECRET = "whsec_" + "s" * 32


def text(template: str | None, event: dict[str, object], rule_type: str = "price") -> str:
    return text_of(template, event, rule_name="high", rule_type=rule_type, alert_id="a1")


def test_names_become_values_once_and_nothing_is_carried_out() -> None:
    event: dict[str, object] = {"asset": "{{price_usd}}", "price_usd": "{0.__class__} ${x} %(y)s", "pool": {"fee": 5}}
    assert text("{{asset}}|{{ price_usd }}|{{pool.fee}}|{{rule_name}}", event) == (
        "{{price_usd}}|{0.__class__} ${x} %(y)s|5|high"
    )


def test_a_value_is_one_line_of_bounded_length() -> None:
    assert text("{{asset}}", {"asset": "a\r\nb\x1b[31m\u2028c"}) == "a  b [31m c"
    assert len(text("{{asset}}", {"asset": "x" * 10_000})) == 200
    assert len(text("{{asset}}" * 200, {"asset": "x" * 10_000})) == MAX_TEXT


@pytest.mark.parametrize("rule_type", ["whale", "price", "gas", "protocol_risk"])
def test_each_type_has_a_text_of_its_own(rule_type: str) -> None:
    assert "n/a" in text(None, {}, rule_type)


@pytest.mark.parametrize(
    ("template", "is_good"),
    [
        ("{{asset}} {{timestamp}}", True),
        ("{asset} 50 % $x", True),
        ("{{amount_usd}}", False),
        ("{{asset", False),
        ("{{asset.__class__}}", False),
        ("{{1+1}}", False),
        ("x" * 2001, False),
    ],
)
def test_a_template_is_checked_when_the_rule_is_made(template: str, is_good: bool) -> None:
    assert (template_problem(template, "price") is None) == is_good


def test_mail_is_text_and_the_same_text_escaped() -> None:
    made = delivery(channel="email", destination="ada@example.org")
    simple = ses_request(made, "alerts@example.org")["Content"]["Simple"]
    assert simple["Body"]["Text"]["Data"] == "ETH <b>& <script>  x"
    assert simple["Body"]["Html"]["Data"] == html_of("ETH <b>& <script>  x")
    assert "&lt;script&gt;" in simple["Body"]["Html"]["Data"]
    assert "<script>" not in sendgrid_request(made, "a@example.org")["content"][1]["value"]


def test_no_header_of_a_mail_has_two_lines() -> None:
    made = delivery(rule_name="a\r\nBcc: eve@example.org")
    assert ses_request(made, "a@example.org")["Content"]["Simple"]["Subject"]["Data"] == "a  Bcc: eve@example.org"
    assert "\n" not in sendgrid_request(made, "a@example.org")["subject"]


def test_telegram_gets_html_with_one_tag_of_ours() -> None:
    asked = telegram_request(delivery(channel="telegram", destination="42"))
    assert asked["text"] == "<b>ETH &lt;high&gt;</b>\nETH &lt;b&gt;&amp; &lt;script&gt;  x"
    assert (asked["chat_id"], asked["parse_mode"]) == ("42", "HTML")


def test_push_data_are_strings_and_small() -> None:
    message = push_request(delivery(template="{{asset}}" * 200, event_data={"asset": "é" * 500}))["message"]
    assert all(isinstance(value, str) for value in message["data"].values())
    assert len(message["notification"]["body"].encode()) < 3_000


def test_a_webhook_is_the_same_bytes_at_each_attempt_with_a_name_for_headers() -> None:
    first, again = delivery(), delivery(attempts=2)
    assert body_of(first) == body_of(again)
    headers = headers_of(first, body_of(first), 1_700_000_000, SECRET)
    assert headers["X-Premium-Event-Id"] == "price:ETH%20%C3%A9%0D%0A1"
    assert headers["X-Premium-Delivery-Id"] == str(first.id)


def test_a_signature_holds_for_this_body_secret_and_time_alone() -> None:
    header, now = signature(SECRET, 1_700_000_000, b"{}"), 1_700_000_010
    assert header == "t=1700000000,v1=de78fa4d0bdf858ee5d3f83f7b2de56b6c88617216d58132a5d29ecfaa6bb9c4"
    assert is_signed(SECRET, header, b"{}", now=now)
    assert not is_signed(SECRET, header, b"{ }", now=now)
    assert not is_signed(SECRET + "x", header, b"{}", now=now)
    assert not is_signed(SECRET, header, b"{}", now=now + 1000)
    assert not is_signed(SECRET, header.replace("t=1700000000", "t=1700000005"), b"{}", now=now)
    assert not is_signed(SECRET, "t=x,v1=", b"{}", now=now)


def test_a_retraction_says_so() -> None:
    made = delivery(notice="retracted", retracted_at=delivery().event_time)
    assert (made.subject, made.text().startswith("Retracted")) == ("Retracted: ETH <high>", True)
    assert b'"type":"alert.retracted"' in body_of(made)
