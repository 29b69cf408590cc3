"""What code and source say of one fault is one finding; what only looks alike stays two."""

from __future__ import annotations

import pytest

from premium.security.judgement.answer import answer
from premium.security.judgement.scene import Found
from premium.security.judgement.subjects.united import SAME, united
from premium.security.model import Severity
from premium.security.report.catalogue import CATALOGUE
from premium.security.source.model import Fault

pytestmark = pytest.mark.unit
SELECTORS = {"own": frozenset({"0x11111111", "0x22222222"})}


def fault(check: str, function: str = "own") -> Fault:
    return Fault("access_control", "high", "high", check, "a.sol", (7,), (5, 9), "A", function)


def code(id_: str, selector: str | None = "0x11111111", holder: str = "anyone") -> Found:
    place = (("address", "0x1"), *((("selector", selector),) if selector else ()))
    return Found(id_, Severity.CRITICAL, holder, place, "code")


def test_one_fault_of_both_is_one_finding_with_both_places() -> None:
    told = answer(united([code("open_ownership")], [fault("open-owner")], SELECTORS), [], [])
    (finding,) = told["findings"]
    assert (finding["id"], finding["severity"], finding["holder"]) == ("open_ownership", "critical", "anyone")
    assert [each.get("line", each.get("selector")) for each in finding["evidence"]] == ["0x11111111", "7"]
    assert told["risk_score"] == answer([code("open_ownership")], [], [])["risk_score"]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (code("open_ownership", "0x33333333"), fault("open-owner")),
        (code("open_ownership", None), fault("open-owner")),
        (code("open_ownership"), fault("open-owner", "other")),
        (code("open_mint"), fault("open-owner")),
        (code("open_ownership"), fault("open-payout")),
    ],
    ids=["another function", "the fallback", "another name", "another finding", "another fault"],
)
def test_what_is_not_the_same_stays_two(found: Found, said: Fault) -> None:
    ids = {each["id"] for each in answer(united([found], [said], SELECTORS), [], [])["findings"]}
    assert ids == {found.id, "source_access_control"}


def test_the_fallback_is_known_by_having_no_name() -> None:
    (finding,) = answer(united([code("open_selfdestruct", None)], [fault("open-selfdestruct", "")], {}), [], [])[
        "findings"
    ]
    assert finding["id"] == "open_selfdestruct"


def test_every_finding_that_is_named_exists() -> None:
    assert {each for ids in SAME.values() for each in ids} <= CATALOGUE.keys()
