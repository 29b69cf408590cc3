"""Templates replace names and do nothing else; an alert's notices say what fired, and what was taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from premium.alerts import notices
from premium.alerts.language.templates import template_problem, text_of
from premium.alerts.notices import Fired
from premium.notifications.model import Target
from premium.plaintext import MAX_TEXT

pytestmark = pytest.mark.unit
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


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


def alert(**changes: Any) -> Fired:
    values: dict[str, Any] = {
        "id": UUID(int=3), "user_id": UUID(int=2), "alert_rule_id": UUID(int=4), "rule_name": "ETH",
        "rule_type": "price", "event_id": "e1", "event": {"asset": "ETH", "price_usd": "1.0"}, "event_time": NOW,
        "triggered_at": NOW, "retracted_at": None, "is_test": False,
        "actions": [{"type": "email", "destination": None, "template": None},
                    {"type": "push", "destination": "token", "template": "{{price_usd}}!"}],
    }  # fmt: skip
    return Fired(**values | changes)


def test_a_firing_names_a_target_for_each_action() -> None:
    made = notices.fired(alert(is_test=True))
    assert (made.title, made.text) == ("[test] ETH", "ETH: ETH is at $1.00")
    assert made.targets == (Target("email"), Target("push", "token", "$1.00!"))
    assert (made.key, made.data["type"], made.data["event"]["asset"]) == (str(UUID(int=3)), "alert", "ETH")
    assert made.stream is not None
    assert made.stream.data["message"] == made.text


def test_a_retraction_says_so_and_goes_where_the_firing_went() -> None:
    made = notices.retracted(alert(retracted_at=NOW))
    assert (made.title, made.text.startswith("Retracted")) == ("Retracted: ETH", True)
    assert (made.data["type"], made.data["retractedAt"]) == ("alert.retracted", "2026-11-20T12:00:00Z")
    assert (made.targets, made.withdraws) == (None, (notices.FIRED, str(UUID(int=3))))
