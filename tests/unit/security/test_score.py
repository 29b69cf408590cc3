"""The score: declared weights, bounded, and never lower for more bad evidence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premium.security.detectors.guards import Authority
from premium.security.detectors.signals import Signal
from premium.security.model import Finding, Severity
from premium.security.report.catalogue import CATALOGUE
from premium.security.report.findings import Controller, Placed, findings
from premium.security.report.score import BANDS, WEIGHTS, factors, risk_score

pytestmark = pytest.mark.unit

OWNER = Authority("slot", "0x3")
ORDER = list(Severity)


def finding(id_: str, severity: Severity) -> Finding:
    words = CATALOGUE[id_]
    return Finding(id=id_, severity=severity, title=words.title, meaning=words.meaning, advice=words.advice)


some = st.builds(finding, st.sampled_from(sorted(WEIGHTS)), st.sampled_from(ORDER))


@given(st.lists(some, max_size=12), some)
def test_another_finding_never_lowers_it(found: list[Finding], more: Finding) -> None:
    assert 0 <= risk_score(found) <= risk_score([*found, more]) <= 100


@given(st.lists(some, min_size=1, max_size=8), st.data())
def test_a_graver_finding_never_lowers_it(found: list[Finding], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(found) - 1))
    graver = ORDER[data.draw(st.integers(ORDER.index(found[at].severity), len(ORDER) - 1))]
    raised = [*found[:at], found[at].model_copy(update={"severity": graver}), *found[at + 1 :]]
    assert risk_score(raised) >= risk_score(found)


@given(st.lists(some, max_size=8))
def test_order_and_repetition_do_not_count(found: list[Finding]) -> None:
    assert risk_score(found) == risk_score([*reversed(found), *found])


@given(st.lists(some, max_size=8))
def test_the_worst_finding_decides_the_band(found: list[Finding]) -> None:
    worst = max((one.severity for one in found), key=ORDER.index, default=Severity.INFO)
    low, high = BANDS[worst]
    assert low <= risk_score(found) <= high


@given(st.lists(some, max_size=8))
def test_factors_add_up_to_the_score(found: list[Finding]) -> None:
    given_ = factors(found)
    assert sum(one.points for one in given_) == risk_score(found)
    assert [one.id for one in given_] == list(dict.fromkeys(one.id for one in given_))
    assert {one.id for one in given_} == {one.id for one in found}
    assert [one.points for one in given_] == sorted((one.points for one in given_), reverse=True)


def test_bands_do_not_touch() -> None:
    edges = [edge for severity in ORDER[1:] for edge in BANDS[severity]]
    assert edges == [1, 24, 25, 49, 50, 79, 80, 100]


def test_one_high_scores_above_any_number_of_mediums() -> None:
    mediums = [finding(id_, Severity.MEDIUM) for id_ in WEIGHTS]
    assert risk_score(mediums) == 49 < risk_score([finding("fee_setting", Severity.HIGH)])


def test_nothing_found_is_nothing() -> None:
    assert risk_score([]) == 0


def test_every_weight_has_words_and_every_word_a_weight() -> None:
    assert set(WEIGHTS) == set(CATALOGUE)


@pytest.mark.parametrize(
    ("kind", "severity"),
    [("eoa", "high"), ("contract", "high"), ("unknown", "high"), ("multisig", "medium"), ("timelock", "medium"),
     ("renounced", "info")],
)  # fmt: skip
def test_who_holds_the_power_decides_its_severity(kind: str, severity: str) -> None:
    placed = [Placed("0xa", "0xa", Signal("mint", 1, 2, "0x0[]", None, frozenset({OWNER})))]
    (found,) = findings(placed, {("0xa", OWNER): Controller(kind)})
    assert found.severity == severity


def test_the_same_slot_of_another_contract_is_another_holder() -> None:
    signal = Signal("upgradeable", 1, 2, "0x1", None, frozenset({OWNER}))
    held = {("0xa", OWNER): Controller("renounced"), ("0xb", OWNER): Controller("eoa", "0xc")}
    (found,) = findings([Placed("0xa", "0xa", signal), Placed("0xb", "0xb", signal)], held)
    assert found.holder == "eoa 0xc"


def test_several_checks_on_one_path_are_as_safe_as_the_safest() -> None:
    other = Authority("slot", "0x4")
    signal = Signal("mint", 1, 2, "0x0[]", None, frozenset({OWNER, other}))
    held = {("0xa", OWNER): Controller("eoa", "0xc"), ("0xa", other): Controller("renounced")}
    (found,) = findings([Placed("0xa", "0xa", signal)], held)
    assert found.severity == "info"
