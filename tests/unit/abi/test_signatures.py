"""Functions by signatures, JSON entries and readable text: one canonical form each."""

from __future__ import annotations

import pytest

from premium.abi.signatures import selectors_of, signature_of, signature_of_fragment
from premium.abi.types import BadType

pytestmark = pytest.mark.unit
NESTED = {
    "type": "function", "name": "cut",
    "inputs": [
        {"type": "tuple[2][]", "components": [{"type": "uint"}, {"type": "tuple", "components": [{"type": "bytes"}]}]},
        {"type": "address"},
    ],
}  # fmt: skip


def test_selectors_are_the_published_ones() -> None:
    assert signature_of("transfer(address,uint256)").selector.hex() == "a9059cbb"
    assert signature_of("aggregate3((address,bool,bytes)[])").selector.hex() == "82ad56cb"


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (NESTED, "cut((uint256,(bytes))[2][],address)"),
        ("function f(uint a, address payable b) external returns (uint)", "f(uint256,address)"),
        ("f((address to,uint amount)[] calls, tuple(bytes x) y)", "f((address,uint256)[],(bytes))"),
        ("function cut((uint, (bytes x) y)[2][] a, address b) payable", "cut((uint256,(bytes))[2][],address)"),
        ("function g()", "g()"),
    ],
)
def test_entries_of_an_abi_become_signatures(given: object, text: str) -> None:
    found = signature_of_fragment(given)  # type: ignore[arg-type]
    assert found is not None
    assert found.text == text


@pytest.mark.parametrize(
    "given",
    [{"name": 1}, {"name": "f", "inputs": 1}, {"name": "f", "inputs": [1]}, {"name": "f", "inputs": [{"type": "x"}]},
     {"name": "f g"}, {"name": "f", "inputs": [{"type": "tuplex", "components": []}]}, "f(uint256"],
)  # fmt: skip
def test_what_is_no_entry_is_refused(given: object) -> None:
    with pytest.raises(BadType):
        signature_of_fragment(given)  # type: ignore[arg-type]


def test_constructors_and_events_are_no_functions() -> None:
    assert selectors_of([{"type": "constructor", "inputs": []}, {"type": "event", "name": "E", "inputs": []}]) == {}


def test_a_text_that_is_no_signature_is_refused() -> None:
    for text in ("", "f", "f(", "f()x", "1f()", "f(uint256)[]", "f(foo)"):
        with pytest.raises(BadType):
            signature_of(text)
