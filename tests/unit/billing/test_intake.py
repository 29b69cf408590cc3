"""A webhook on its way in: bounds in constant work, rotation of secrets, and what is no event."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from premium.billing.intake import body_object, checked, provider_of, with_user
from premium.billing.signatures.judge import Provider
from premium.errors import InvalidInput, PayloadTooLarge, UpstreamUnavailable
from tests.unit.billing.payloads import paddle, paddle_subscription, stripe, subscription
from tests.unit.billing.peers import paddle_header, stripe_header

pytestmark = pytest.mark.unit
AT = 1_700_000_000
NOW = datetime.fromtimestamp(AT, UTC)
BODY = json.dumps(stripe("customer.subscription.created", AT, subscription()))


def secrets(*found: str, renewed: Sequence[str] | None = None) -> Any:
    return lambda _, again: list(renewed if again and renewed is not None else found)


def taken(body: str | bytes = BODY, header: str | None = None, *, given: Any = None, **others: str) -> Any:
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    headers = {"stripe-signature": stripe_header(text, "new", AT) if header is None else header} | others
    raw = body if isinstance(body, bytes) else body.encode()
    return checked("stripe", headers, raw, given or secrets("new"), NOW)


def test_a_signed_event_is_told_by_its_id_and_of_whom_it_is() -> None:
    event = taken()
    assert (event.event_id, event.type) == (
        "evt_1700000000_customer.subscription.created",
        "customer.subscription.created",
    )
    assert (event.subscription, event.customer, event.created) == ("sub_1", "cus_1", NOW)


def test_each_provider_has_its_header() -> None:
    assert provider_of({"stripe-signature": "x"}) == "stripe"
    assert provider_of({"paddle-signature": "x"}) == "paddle"
    for headers in ({}, {"stripe-signature": ""}, {"stripe-signature": "x", "paddle-signature": "x"}):
        with pytest.raises(InvalidInput, match="must have one signature"):
            provider_of(headers)
    body = json.dumps(paddle("subscription.created", AT, paddle_subscription()))
    header = {"paddle-signature": paddle_header(body, "new", AT)}
    assert checked("paddle", header, body.encode(), secrets("new"), NOW).customer == "ctm_01"


def test_both_secrets_are_tried_and_read_again_once() -> None:
    assert taken(given=secrets("other", "new")).event_id
    asked: list[bool] = []

    def rotated(_: Provider, again: bool) -> list[str]:
        asked.append(again)
        return ["new"] if again else ["old"]

    assert taken(given=rotated).event_id
    assert asked == [False, True]
    with pytest.raises(InvalidInput, match="stripe-signature: no signature is the body's"):
        taken(given=secrets("old", renewed=["older"]))
    with pytest.raises(UpstreamUnavailable, match="The secret of STRIPE_WEBHOOK_SECRET_ARN has no `value` yet"):
        taken(given=secrets())


@pytest.mark.parametrize(
    ("body", "header", "others", "error", "words"),
    [
        (b"x" * 262_145, None, {}, PayloadTooLarge, "larger than 262144 bytes"),
        (b"\xff", None, {}, InvalidInput, "not UTF-8"),
        (b"", "t=1" + ",v1=0" * 2_000, {}, InvalidInput, "has over 8192 characters or 100 signatures"),
        (b"", "t=1" + ",v1=" * 101, {}, InvalidInput, "100 signatures"),
        (b"", "t=1,v1=a,t=2,v1=b", {}, InvalidInput, "is there twice"),
        (b"", "t=1,v1=a, t=2", {}, InvalidInput, "is there twice"),
        (b"", "", {}, InvalidInput, "there is no header"),
        (b"", "v1=a", {}, InvalidInput, "does not read t="),
        (b"", None, {"content-type": "application/json; charset=latin-1"}, InvalidInput, "must be in UTF-8"),
    ],
)  # fmt: skip
def test_what_no_provider_sends_is_refused_at_once(
    body: bytes, header: str | None, others: dict[str, str], error: type[Exception], words: str
) -> None:
    started = time.perf_counter()
    with pytest.raises(error, match=words):
        taken(body, header, **others)
    assert time.perf_counter() - started < 0.1


def test_utf_8_may_be_said_and_256_kib_are_taken() -> None:
    assert taken(**{"content-type": 'application/json; charset="UTF-8"'}).event_id
    large = json.dumps(stripe("x", AT, {"id": "y" * 261_000}))
    assert taken(large).payload["data"] == {"object": {}}


@pytest.mark.parametrize("body", ["", "no json", "[]", "{}", '{"id": 5}', "[" * 100_000, '{"type": "\\u0000"}'])
def test_a_signed_body_that_is_no_event_is_stored_by_its_digest(body: str) -> None:
    event = taken(body)
    assert event.event_id.startswith("sha256:")
    assert (event.type, event.created) == ("unreadable", None)
    assert taken(body) == event


def test_an_event_that_cannot_be_read_keeps_its_id_and_type() -> None:
    event = taken(json.dumps(stripe("customer.subscription.created", AT, subscription("ended"), "evt_7")))
    assert (event.event_id, event.type, event.created) == ("evt_7", "customer.subscription.created", None)


def test_a_key_in_the_metadata_is_looked_up_and_not_stored() -> None:
    known = {"pdk_1": "user-1"}
    for metadata, user in (
        ({"api_key": "pdk_1"}, "user-1"), ({"api_key": "pdk_2"}, None), ({"api_key": "pdk_1", "user_id": "u9"}, "u9"),
        ({"api_key": 5}, None), ({}, None),
    ):  # fmt: skip
        body = json.dumps(stripe("customer.subscription.created", AT, subscription(metadata=metadata)))
        event = with_user(taken(body), body_object(body.encode()), known.get)
        assert "pdk_" not in json.dumps(event.payload)
        assert event.payload["data"]["object"]["metadata"].get("user_id") == user
    body = json.dumps(paddle("subscription.created", AT, paddle_subscription(custom_data={"api_key": "pdk_1"})))
    header = {"paddle-signature": paddle_header(body, "new", AT)}
    found = checked("paddle", header, body.encode(), secrets("new"), NOW)
    assert with_user(found, body_object(body.encode()), known.get).payload["data"]["custom_data"] == {
        "user_id": "user-1"
    }
