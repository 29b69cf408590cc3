"""What browsers measure: bounded, named out of lists, and turned into metrics of pages alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from handlers import meta
from premium.console.manifest import SERVICE
from premium.tiers import ANONYMOUS_A_MINUTE, MEASURED_A_MINUTE, anonymous_a_minute
from tests.factories.http import ANONYMOUS, ask

pytestmark = pytest.mark.unit
PATH = "/v1/console/vitals"
ALL = [
    {"name": "LCP", "value": 812.5},
    {"name": "FCP", "value": 300},
    {"name": "TTFB", "value": 12},
    {"name": "INP", "value": 40},
    {"name": "CLS", "value": 0.013},
]


def emitted(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if "_aws" in line]


def test_each_vital_becomes_the_metric_that_is_declared_for_it(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(meta.handler, "POST", PATH, by=ANONYMOUS, body={"page": "portfolio", "vitals": ALL})
    assert (answer.status, answer.data) == (200, {"taken": 5})
    found = emitted(capsys.readouterr().out)
    names = {one.name for one in SERVICE.metrics}
    assert {name for line in found for name in names & line.keys()} == names
    seconds = next(line for line in found if "ConsoleLargestPaint" in line)
    assert (seconds["ConsoleLargestPaint"], seconds["page"]) == ([0.8125], "portfolio")
    shift = next(line for line in found if "ConsoleLayoutShift" in line)
    assert shift["ConsoleLayoutShift"] == [0.013]


def test_a_metric_says_the_page_and_nothing_of_who_sent_it(capsys: pytest.CaptureFixture[str]) -> None:
    ask(meta.handler, "POST", PATH, by=ANONYMOUS, body={"page": "tax", "vitals": ALL[:1]}, headers={"user-agent": "me"})
    (line,) = emitted(capsys.readouterr().out)
    assert line.keys() == {"_aws", "service", "page", "ConsoleLargestPaint"}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"page": "portfolio", "vitals": []}, "vitals"),
        ({"page": "/app/portfolio?wallet=0xabc", "vitals": ALL[:1]}, "page"),
        ({"page": "tax", "vitals": [*ALL, ALL[0]]}, "vitals"),
        ({"page": "tax", "vitals": [ALL[0], ALL[0]]}, ""),
        ({"page": "tax", "vitals": [{"name": "LCP", "value": -1}]}, "vitals.0.value"),
        ({"page": "tax", "vitals": [{"name": "LCP", "value": 600_001}]}, "vitals.0.value"),
        ({"page": "tax", "vitals": [{"name": "FID", "value": 1}]}, "vitals.0.name"),
        ({"page": "tax", "vitals": ALL[:1], "user": "me"}, "user"),
        ({"page": "tax", "vitals": [{**ALL[0], "id": "v5-1"}]}, "vitals.0.id"),
    ],
)
def test_whatever_else_is_refused_and_measures_nothing(
    body: dict[str, Any], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = ask(meta.handler, "POST", PATH, by=ANONYMOUS, body=body)
    assert (answer.status, answer.error["code"]) == (400, "INVALID_INPUT")
    assert any(one.startswith(named) for one in answer.error["details"])
    assert not any(name.startswith("Console") for line in emitted(capsys.readouterr().out) for name in line)


def test_an_address_may_send_few_of_them() -> None:
    assert anonymous_a_minute("POST /v1/console/vitals") == MEASURED_A_MINUTE < ANONYMOUS_A_MINUTE
    assert anonymous_a_minute("GET /v1/chains") == ANONYMOUS_A_MINUTE
