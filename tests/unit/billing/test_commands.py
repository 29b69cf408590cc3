"""The offline commands: forms of files, errors by case, and files that cannot be read."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from premium.cli.main import main
from tests.unit.billing.peers import paddle_header, stripe_header

pytestmark = pytest.mark.unit
AT = 1_700_000_000
STRIPE_BODY = '{"id": "evt_1", "type": "invoice.payment_failed"}'
PADDLE_BODY = '{"event_id": "evt_2", "event_type": "subscription.paused"}'
SECRET = "whsec_x"
STRIPE = {"id": 1, "provider": "stripe", "body": STRIPE_BODY, "secrets": [SECRET], "now": AT,
          "headers": {"stripe-SIGNATURE": stripe_header(STRIPE_BODY, SECRET, AT)}}  # fmt: skip
PADDLE = {"id": "p", "provider": "paddle", "body": PADDLE_BODY, "secrets": [SECRET], "now": AT,
          "headers": {"Paddle-Signature": paddle_header(PADDLE_BODY, SECRET, AT)}}  # fmt: skip
LIMIT = {"limit": 1, "window_s": 60, "arrivals_ms": [0, 60_000, 60_001]}
METER = {"quota": 10, "usage_events": [8, {"id": "x", "units": 2}, {"id": "x", "units": 2}]}


def run(command: str, document: object, *, raw: bytes | None = None) -> Result:
    given = json.dumps(document).encode() if raw is None else raw
    return CliRunner().invoke(main, ["billing", command, "--input", "-"], input=given)


def answered(command: str, document: object) -> Any:
    result = run(command, document)
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def refused(command: str, case: dict[str, Any]) -> str:
    bad, good = answered(command, [case | {"id": "bad"}, GOOD[command]])
    assert set(bad) == {"id", "error"}
    assert bad["id"] == "bad"
    assert "error" not in good or good["error"] is None, "the others go on"
    return f"{bad['error']['code']}: {bad['error']['message']}"


GOOD = {"verify-webhook": STRIPE, "limit": LIMIT, "meter": METER}


def test_a_webhook_is_judged_in_each_form_of_file() -> None:
    valid = {"id": 1, "valid": True, "error": None, "event_id": "evt_1", "type": "invoice.payment_failed"}
    assert answered("verify-webhook", STRIPE) == valid
    assert answered("verify-webhook", [STRIPE]) == [valid]
    both = answered("verify-webhook", {"cases": [PADDLE], "note": "people", "other": 1})
    assert both == {"cases": [valid | {"id": "p", "event_id": "evt_2", "type": "subscription.paused"}]}
    shared = {"cases": [{key: value for key, value in STRIPE.items() if key != "secrets"}], "secrets": SECRET}
    assert answered("verify-webhook", shared)["cases"] == [valid]
    unnamed = {key: value for key, value in STRIPE.items() if key != "id"}
    assert answered("verify-webhook", unnamed | {"kind": "any", "expected": {}, "_x": 1}) == valid | {"id": None}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"now": AT + 300}, None), ({"now": f"{AT + 300}.001"}, "timestamp_too_old"), ({"now": 0}, None),
        ({"now": AT + 301, "tolerance_s": None}, None), ({"now": None}, None),
        ({"now": AT + 301, "tolerance_s": 0}, None),
        ({"now": AT + 301, "tolerance_s": "301"}, None), ({"secrets": ["y"]}, "signature_mismatch"),
        ({"secrets": []}, "no_secret"), ({"headers": {}}, "no_header"), ({"headers": None}, "no_header"),
        ({"headers": {"Stripe-Signature": None}}, "no_header"),
        ({"headers": {"Stripe-Signature": "v1=a"}}, "malformed_header"),
        ({"headers": {"Stripe-Signature": "t=1,v0=a"}}, "no_signature"), ({"body": ""}, "signature_mismatch"),
        ({"headers": {"Stripe-Signature": "x", "stripe-signature": "x"}}, "duplicate_header"),
        ({"headers": [["Stripe-Signature", "x"], ["stripe-signature", "x"]]}, "duplicate_header"),
        ({"headers": {"Stripe-Signature": ["x", "x"]}}, "duplicate_header"), ({"body": "\ud800"}, "body_not_text"),
    ],
)  # fmt: skip
def test_why_a_webhook_is_not_its_providers(change: dict[str, Any], code: str | None) -> None:
    found = answered("verify-webhook", STRIPE | change)
    assert (found["error"] and found["error"]["code"], found["valid"]) == (code, code is None)
    assert (found["event_id"] is None) == (code is not None)


def test_paddles_tolerance_is_on_either_side() -> None:
    moments = {-5.01: "timestamp_too_new", -5: None, 5: None, 5.01: "timestamp_too_old"}
    cases = [PADDLE | {"now": f"{AT + off:.2f}"} for off in moments]
    found = [case["error"] and case["error"]["code"] for case in answered("verify-webhook", cases)]
    assert found == list(moments.values())


def test_without_now_the_clock_is_asked() -> None:
    now = int(time.time())
    fresh = {key: value for key, value in PADDLE.items() if key != "now"}
    fresh["headers"] = {"paddle-signature": paddle_header(PADDLE_BODY, SECRET, now)}
    assert answered("verify-webhook", fresh)["valid"]
    assert answered("verify-webhook", STRIPE | {"now": now})["error"]["code"] == "timestamp_too_old"


@pytest.mark.parametrize("body", ["", "no json", "[]", "{", '{"id": 5}', "[" * 100_000, '{"id": NaN}'])
def test_a_signed_body_need_not_be_an_event(body: str) -> None:
    case = STRIPE | {"body": body, "headers": {"Stripe-Signature": stripe_header(body, SECRET, AT)}}
    found = answered("verify-webhook", case)
    assert (found["valid"], found["event_id"], found["type"]) == (True, None, None)


def test_a_limit_and_a_quota_are_answered() -> None:
    assert answered("limit", LIMIT | {"id": "l"}) == {
        "id": "l", "algorithm": "moving_window", "allowed": "101", "allowed_total": 2,
    }  # fmt: skip
    assert answered("limit", {"limit": "2", "window_s": 0.5, "arrivals_ms": ["7", 5]})["allowed"] == "11"
    assert answered("limit", {"limit": 2, "window_s": 1, "arrivals_ms": []})["allowed"] == ""
    alerts = [{"index": 0, "percent": 80}, {"index": 1, "percent": 95}, {"index": 1, "percent": 100}]
    assert answered("meter", METER) == {"id": None, "total": 10, "alerts": alerts}
    words = {"quota": "10", "usage_events": ["8", {"id": 1, "units": "2"}, {"id": "1", "units": "2.5"}]}
    assert answered("meter", words) == {"id": None, "total": 10, "alerts": alerts}
    huge = answered("meter", {"quota": str(10**80), "usage_events": [str(8 * 10**79)]})
    assert (huge["total"], huge["alerts"]) == (8 * 10**79, [{"index": 0, "percent": 80}])
    assert answered("meter", {"quota": None, "usage_events": [0.5]})["total"] == "0.5"


@pytest.mark.parametrize(
    ("command", "change", "words"),
    [
        ("verify-webhook", {"provider": "adyen"}, "provider: must be 'stripe' or 'paddle'"),
        ("verify-webhook", {"signature": "x"}, "signature: is no field here"),
        ("verify-webhook", {"body": 5}, "body: must be a text; given 5"),
        ("verify-webhook", {"now": "noon"}, "now"), ("verify-webhook", {"tolerance_s": True}, "tolerance_s"),
        ("verify-webhook", {"headers": 5}, "headers"), ("verify-webhook", {"secrets": None}, "secrets"),
        ("limit", {"limit": -1}, "limit: must be 0 at least; given -1"), ("limit", {"limit": 1.5}, "limit: a quantity"),
        ("limit", {"limit": "1.5"}, "limit: must be a whole number"), ("limit", {"limit": None}, "limit"),
        ("limit", {"window_s": 0}, "window_s: must be greater than 0"), ("limit", {"window_s": "1e200"}, "window_s"),
        ("limit", {"arrivals_ms": [1, "x"]}, "arrivals_ms.1: not a decimal number"),
        ("limit", {"arrivals_ms": [True]}, "arrivals_ms.0"), ("limit", {"arrivals_ms": None}, "arrivals_ms"),
        ("meter", {"quota": -1}, "quota: must be 0 at least"), ("meter", {"quota": "a"}, "quota: not a decimal"),
        ("meter", {"usage_events": [1, -1]}, "usage_events.1.units: must be 0 at least; given -1"),
        ("meter", {"usage_events": [{"id": "x"}]}, "usage_events.0.units: is required"),
        ("meter", {"usage_events": [{"units": 1, "unit": 1}]}, "usage_events.0.unit: is no field here"),
        ("meter", {"usage_events": [None]}, "usage_events.0.units"), ("meter", {"usage_events": 5}, "usage_events"),
    ],
)  # fmt: skip
def test_a_case_that_cannot_be_answered_names_its_field(command: str, change: dict[str, Any], words: str) -> None:
    assert refused(command, GOOD[command] | change).startswith(f"invalid_field: {words}")


@pytest.mark.parametrize("command", sorted(GOOD))
@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"{", "not JSON"), (b"\xff", "not UTF-8"), (b"5", "a file is a case"), (b'{"cases": 5}', "must be a list"),
        (b'{"a": 1, "a": 2}', "stands twice"), (b"[" * 100_000, "nested too deeply"), (b"", "not JSON"),
        (b'{"limit": ' + b"9" * 5000 + b"}", "limit"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_one_sentence(command: str, raw: bytes, words: str) -> None:
    result = run(command, None, raw=raw)
    assert result.exit_code == 1
    assert words in result.output
    assert result.output.count("\n") == 1


@pytest.mark.parametrize("command", sorted(GOOD))
def test_answers_reach_a_file_in_the_same_bytes_and_odd_ids_come_back(command: str, tmp_path: Path) -> None:
    (source := tmp_path / "in.json").write_text(
        json.dumps([GOOD[command] | {"id": each} for each in ("\ud800", 1.5, [1])])
    )
    written = []
    for name in ("1.json", "2.json"):
        output = str(tmp_path / name)
        done = CliRunner().invoke(main, ["billing", command, "--input", str(source), "--output", output])
        assert done.exit_code == 0, done.output
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]
    assert [case["id"] for case in json.loads(written[0])] == ["\ud800", 1.5, [1]]
    missing = CliRunner().invoke(main, ["billing", command, "--input", str(tmp_path / "none.json")])
    assert (missing.exit_code, missing.output.count("\n")) == (1, 1)
