"""Each channel escapes a text for its medium; signatures hold."""

from __future__ import annotations

import json

import pytest

from premium.notifications.channels.email import html_of, sendgrid_request, ses_request
from premium.notifications.channels.push import push_request
from premium.notifications.channels.signature import is_signed, signature
from premium.notifications.channels.telegram import telegram_request
from premium.notifications.channels.webhook import body_of, headers_of
from tests.factories.deliveries import delivery

pytestmark = pytest.mark.unit
SECRET = "whsec_" + "s" * 32


def test_mail_is_text_and_the_same_text_escaped() -> None:
    made = delivery(channel="email", destination="ada@example.org")
    simple = ses_request(made, "alerts@example.org")["Content"]["Simple"]
    assert simple["Body"]["Text"]["Data"] == "ETH <b>& <script>  x"
    assert simple["Body"]["Html"]["Data"] == html_of("ETH <b>& <script>  x")
    assert "&lt;script&gt;" in simple["Body"]["Html"]["Data"]
    assert "<script>" not in sendgrid_request(made, "a@example.org")["content"][1]["value"]


def test_no_header_of_a_mail_has_two_lines() -> None:
    made = delivery(title="a\r\nBcc: eve@example.org")
    assert ses_request(made, "a@example.org")["Content"]["Simple"]["Subject"]["Data"] == "a  Bcc: eve@example.org"
    assert "\n" not in sendgrid_request(made, "a@example.org")["subject"]


def test_telegram_gets_html_with_one_tag_of_ours() -> None:
    asked = telegram_request(delivery(channel="telegram", destination="42"))
    assert asked["text"] == "<b>ETH &lt;high&gt;</b>\nETH &lt;b&gt;&amp; &lt;script&gt;  x"
    assert (asked["chat_id"], asked["parse_mode"]) == ("42", "HTML")


def test_push_data_are_strings_and_small() -> None:
    message = push_request(delivery(text="é" * 3500))["message"]
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


def test_a_notice_without_a_type_of_its_own_is_named_by_its_kind() -> None:
    made = delivery(kind="billing.payment_failed", key="in_1", title="A payment failed", data={"invoiceId": "in_1"})
    assert json.loads(body_of(made)) == {
        "type": "billing.payment_failed", "title": "A payment failed", "invoiceId": "in_1",
        "deliveryId": str(made.id), "message": made.text,
    }  # fmt: skip
    assert headers_of(made, b"", 1_700_000_000, SECRET)["X-Premium-Event-Id"] == "in_1"
    data = push_request(made)["message"]["data"]
    assert data == {"invoiceId": "in_1", "deliveryId": str(made.id), "notice": "payment_failed"}
