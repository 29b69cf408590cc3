"""The database of selectors: facts of published ABIs, and standards that no mined name displaces."""

from __future__ import annotations

import pytest
from eth_utils import keccak

from premium.abi.decoder import Form
from premium.abi.signatures import signature_of
from premium.chains.addresses import checksum
from premium.security.calldata.database import database
from premium.security.calldata.selection import read
from premium.security.calls.registry import readers, standards
from premium.security.knowledge.known import Knowledge
from premium.security.knowledge.shipped import EVERYWHERE, LIBRARIES, ON_ETHEREUM, TOKENS
from tests.factories.security_calls import STRANGER, TOKEN, call

pytestmark = pytest.mark.unit


def test_every_selector_is_the_hash_of_its_text() -> None:
    found = database()
    for selector, texts in (*found.functions.items(), *found.errors.items()):
        for text in texts:
            assert keccak(text=text)[:4] == selector, text
            assert signature_of(text).text == text


def test_there_are_enough_and_each_has_a_package() -> None:
    found = database()
    assert sum(map(len, found.functions.values())) >= 2500
    assert len(found.events) >= 1000
    assert len(found.errors) >= 1000
    assert all(found.sources[text] for texts in found.functions.values() for text in texts)
    assert all(each.name and each.version and each.licence for each in found.packages)


def test_every_reader_has_a_selector_of_its_own() -> None:
    """Commands are no functions; two texts of one selector would hide one of them."""
    commands = [text for text in readers() if text.split("(")[0].isupper()]
    assert len(standards()) == len(readers()) - len(commands)


@pytest.mark.parametrize(
    ("mined", "standard"),
    [
        ("many_msg_babbage(bytes1)", "transfer(address,uint256)"),
        ("sign_szabo_bytecode(bytes16,uint128)", "approve(address,uint256)"),
        ("gasprice_bit_ether(int128)", "transferFrom(address,address,uint256)"),
    ],
)
def test_a_mined_name_never_wins(mined: str, standard: str) -> None:
    assert signature_of(mined).selector == signature_of(standard).selector
    own = {signature_of(mined).selector: signature_of(mined)}
    arguments = (STRANGER, STRANGER, 5) if standard.count(",") == 2 else (STRANGER, 5)
    found = read(TOKEN, call(standard, *arguments), Knowledge(abis={TOKEN: own}), standards())
    assert found.signature is not None
    assert found.signature.text == standard


def test_the_targets_own_abi_goes_first() -> None:
    own = signature_of("frobnicate(uint8)")
    found = read(TOKEN, call("frobnicate(uint8)", 7), Knowledge(abis={TOKEN: {own.selector: own}}), standards())
    assert (found.confidence, found.args) == ("abi", ["7"])


def test_the_code_confirms_a_candidate() -> None:
    code = bytes.fromhex("5f3560e01c63a9059cbb14600f575f5ffd5b00")
    found = read(TOKEN, call("transfer(address,uint256)", STRANGER, 5), Knowledge(code={TOKEN: code}), standards())
    assert found.confidence == "code"


def test_several_candidates_are_guesses(monkeypatch: pytest.MonkeyPatch) -> None:
    """No package names two functions of one selector, so that two are made."""
    made = database()._replace(functions={b"\1\2\3\4": ("f(uint8)", "g(uint16)")})
    monkeypatch.setattr("premium.security.calldata.selection.database", lambda: made)
    found = read(TOKEN, b"\1\2\3\4" + (7).to_bytes(32), Knowledge(), standards())
    assert (found.confidence, found.signature, found.args) == ("guess", None, None)
    assert found.candidates == ("f(uint8)", "g(uint16)")
    wide = read(TOKEN, b"\1\2\3\4" + (700).to_bytes(32), Knowledge(), standards())
    assert (wide.confidence, wide.args) == ("database", ["700"])


def test_data_that_do_not_fit_have_the_standards_name_and_no_arguments() -> None:
    found = read(TOKEN, bytes.fromhex("a9059cbb") + b"\1", Knowledge(), standards())
    assert found.signature is not None
    assert (found.signature.text, found.args, found.form) == ("transfer(address,uint256)", None, Form.MALFORMED)


def test_shipped_addresses_bear_their_checksum() -> None:
    for each in (*EVERYWHERE, *LIBRARIES, *ON_ETHEREUM, *TOKENS):
        assert checksum(each.address) == each.address


def test_a_minimal_proxy_has_the_abi_of_its_implementation() -> None:
    proxy = bytes.fromhex(f"363d3d373d3d3d363d73{STRANGER[2:]}5af43d82803e903d91602b57fd5bf3")
    own = signature_of("frobnicate(uint8)")
    known = Knowledge(code={TOKEN: proxy}, abis={STRANGER: {own.selector: own}})
    assert read(TOKEN, call("frobnicate(uint8)", 7), known, standards()).confidence == "abi"
